import { NativeConnection, Worker } from '@temporalio/worker';
import { parseConfig } from '../../platform/runtime/config';
import { openSteps } from '../steps/rows';
import { createActivities } from './activities';

/** A worker as the samples start theirs: workflows and activities in one process, everything else by default. */
async function main([, , address = '', namespace = '', taskQueue = '']: readonly string[]) {
  const steps = openSteps(parseConfig(process.env));
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    ...{ connection, namespace, taskQueue, activities: createActivities(steps) },
    workflowsPath: require.resolve('./workflows'),
  });
  await worker.run();
  await connection.close();
  await steps.close();
}

main(process.argv).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
