import { Worker } from '@temporalio/worker';
import { startTracing } from '../../platform/runtime/tracing';
import type { Arena } from './arena';
import type { CellResult } from './cell/run-cell';

/** I7: every history that the exploration wrote replays on the code that wrote it. */
export async function replayProblems(
  arena: Arena,
  codePath: string,
  results: readonly CellResult[],
): Promise<readonly string[]> {
  const { plugin } = startTracing({ serviceName: 'replay', register: false });
  const replayed = Worker.runReplayHistories(
    { workflowBundle: { codePath }, plugins: [plugin] },
    histories(arena, results),
  );
  const problems: string[] = [];
  for await (const { workflowId, error } of replayed) {
    if (error !== undefined) problems.push(`I7: ${workflowId} does not replay: ${error.message}`);
  }
  return problems;
}

async function* histories(arena: Arena, results: readonly CellResult[]) {
  // A saga that never started has its problem already.
  const ended = results.filter(({ outcome }) => outcome !== 'unknown');
  for (const workflowId of ended.flatMap(({ family }) => family)) {
    const history = await arena.client.workflow.getHandle(workflowId).fetchHistory();
    yield { workflowId, history };
  }
}
