import { setTimeout as sleep } from 'node:timers/promises';
import { gatewayProblem } from '../problems';
import { bulkLimits } from './collect';
import { startRun } from './run';
import type { BulkPlan, BulkRun, Pause, RunParts } from './run';

/** The bulk runs of this process, in memory: after a restart the same request goes on where they were. */
export interface BulkRuns {
  find(id: string): BulkRun | undefined;
  /** Starts a run, or answers the one of this id that is going on; throws BULK_BUSY while three are. */
  start(parts: Omit<RunParts, 'pause'>, plan: BulkPlan): BulkRun;
}

const waitFor: Pause = (ms, signal) =>
  // A run that is called off has nothing to wait for, and none keeps the process alive.
  sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);

/** Keeps the last 50 runs; `pause` is replaced in tests. */
export function createBulkRuns(pause: Pause = waitFor): BulkRuns {
  const runs = new Map<string, BulkRun>();
  const isRunning = (run: BulkRun): boolean => run.progress().state === 'running';
  return {
    find: (id) => runs.get(id),
    start(parts, plan) {
      const known = runs.get(plan.id);
      if (known !== undefined && isRunning(known)) return known;
      const running = [...runs.values()].filter(isRunning).length;
      if (running >= bulkLimits.runsMax) {
        throw gatewayProblem('BULK_BUSY', { retryAfterSeconds: 10 });
      }
      const run = startRun({ ...parts, pause }, plan);
      runs.delete(plan.id);
      runs.set(plan.id, run);
      const over = [...runs].find(([, one]) => !isRunning(one));
      if (runs.size > bulkLimits.runsKeptMax && over !== undefined) runs.delete(over[0]);
      return run;
    },
  };
}
