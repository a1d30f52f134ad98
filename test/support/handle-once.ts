import { payments } from '../../activities';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import type { StepMessage } from '../../platform/kernel/step';
import { parseConfig } from '../../platform/runtime/config';
import { armCrashPoints } from '../../platform/runtime/crash-point';
import { testKeys } from './test-keys';

/** Payments as a process that handles one message, with whatever crash point is armed, and prints the answer. */
async function main(message: StepMessage): Promise<void> {
  const config = parseConfig(process.env);
  armCrashPoints(config.HOLDFAST_CRASH_POINTS);
  const service = payments.open(config, testKeys, {
    schemas: loadSchemas(),
    clock: () => new Date(),
    partitions: 3,
  });
  const answer = await service.participant.handle(message).catch(({ code }: { code?: string }) => ({
    answer: `fault ${code ?? 'unknown'}`,
  }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  await service.close();
}

void main(JSON.parse(process.argv[2] ?? '') as StepMessage);
