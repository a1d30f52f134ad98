import { Worker } from '@temporalio/worker';
import { startTracing } from '../../platform/runtime/tracing';
import type { Arena } from './arena';
import type { CellResult } from './cell/run-cell';

/** I7: every history that the exploration wrote replays on the code that wrote it. */
export function replayProblems(
  arena: Arena,
  codePath: string,
  results: readonly CellResult[],
): Promise<readonly string[]> {
  // A saga that never started has its problem already.
  const ended = results.filter(({ outcome }) => outcome !== 'unknown');
  const workflowIds = ended.flatMap(({ family }) => family);
  return replayFailures(arena, codePath, workflowIds);
}

/**
 * I7 for any sagas: their histories replay on the code of the bundle; answers one line for each that does not. Sealed
 * histories are opened with the client's codec: they are of its namespace, and replay as no other.
 */
export async function replayFailures(
  arena: Pick<Arena, 'client'>,
  codePath: string,
  workflowIds: readonly string[],
): Promise<readonly string[]> {
  const { plugin } = startTracing({ serviceName: 'replay', register: false });
  const { namespace, loadedDataConverter } = arena.client.options;
  const { payloadCodecs } = loadedDataConverter;
  // The SDK reads the namespace, and its types do not name it: a history would be of `default`.
  const options = { workflowBundle: { codePath }, plugins: [plugin], namespace };
  const replayed = Worker.runReplayHistories(
    { ...options, dataConverter: { payloadCodecs } },
    histories(arena, workflowIds),
  );
  const problems: string[] = [];
  for await (const { workflowId, error } of replayed) {
    if (error !== undefined) problems.push(`I7: ${workflowId} does not replay: ${error.message}`);
  }
  return problems;
}

async function* histories(arena: Pick<Arena, 'client'>, workflowIds: readonly string[]) {
  for (const workflowId of workflowIds) {
    const history = await arena.client.workflow.getHandle(workflowId).fetchHistory();
    yield { workflowId, history };
  }
}
