import { backoffMs } from '../discovery/pace';
import { crashPoint } from '../runtime/crash-point';
import type { Log } from '../runtime/log';
import { waiter } from '../runtime/waiter';
import type { Reacted } from './projection';

/** Limits of the starter. */
export const starterLimits = {
  /** Rows looked at in one go. */
  batchSizeMax: 50,
  /** Pause between looks when nothing waits, milliseconds. */
  idleMs: 500,
  /** Pace after a start that failed, milliseconds. */
  stepMs: 250,
  maxMs: 15_000,
} as const;

/** A row that waits, and the reaction it belongs to. */
export interface PendingStart {
  readonly reaction: string;
  readonly row: Reacted;
}

/** The reactor's own records. */
export interface ReactionRecords {
  /** Rows whose saga has not started as far as is known, oldest event first. */
  pending(limitMax: number): Promise<readonly PendingStart[]>;
  /** Notes that the saga has started; a row that says so already stays. */
  settle(pending: PendingStart): Promise<void>;
}

export interface StarterOptions {
  readonly records: ReactionRecords;
  /** Whether the journal knows a saga under this workflow id, finished or not, however long ago. */
  readonly isJournaled: (workflowId: string) => Promise<boolean>;
  /** Starts the saga, or says that Temporal knows the workflow id, running or closed. */
  readonly start: (pending: PendingStart) => Promise<'started' | 'exists'>;
  readonly log: Log;
  readonly observe?: (reaction: string, outcome: StartOutcome) => void;
  /** Told at each look how many rows wait, at most a batch. */
  readonly waiting?: (rows: number) => void;
}

/** `exists`: Temporal had it; `journaled`: Temporal has forgotten it, the journal has not; `failed`: tried again. */
export type StartOutcome = 'started' | 'exists' | 'journaled' | 'failed';

export interface Starter {
  stop(): Promise<void>;
}

/**
 * Starts what the records say is to be started. A crash between start and record, or a second starter, repeats the
 * start under the same workflow id: Temporal refuses it while it remembers, and the journal for ever after.
 */
export function startStarter(options: StarterOptions): Starter {
  const { records, log } = options;
  const pause = waiter();
  let isStopped = false;

  async function work(): Promise<void> {
    for (let failures = 0; !isStopped;) {
      const found = await records.pending(starterLimits.batchSizeMax).catch((error: unknown) => {
        if (failures === 0) log.warn('the records of reactions cannot be read', { error });
        return undefined;
      });
      options.waiting?.(found?.length ?? 0);
      const failed = found === undefined ? 1 : await startAll(found);
      failures = failed === 0 ? 0 : failures + 1;
      if (isStopped || (failed === 0 && found?.length === starterLimits.batchSizeMax)) continue;
      await pause.wait(failures > 0 ? backoffMs(failures, starterLimits) : starterLimits.idleMs);
    }
  }

  /** One that fails holds up nobody; answers how many did. */
  async function startAll(found: readonly PendingStart[]): Promise<number> {
    let failed = 0;
    for (const pending of found) {
      if (isStopped) break;
      try {
        const outcome = await startOne(options, pending);
        options.observe?.(pending.reaction, outcome);
      } catch (error) {
        failed += 1;
        options.observe?.(pending.reaction, 'failed');
        const { workflowId } = pending.row;
        log.warn('a reaction could not start its saga yet', { error, workflowId });
      }
    }
    return failed;
  }

  const kept = work();
  return {
    async stop() {
      isStopped = true;
      pause.stop();
      await kept;
    },
  };
}

/** Starts one saga and notes it; answers how that was. */
export async function startOne(
  { records, isJournaled, start }: StarterOptions,
  pending: PendingStart,
): Promise<StartOutcome> {
  const known = await isJournaled(pending.row.workflowId);
  if (!known) await crashPoint('reactor.noted-not-started', pending.reaction);
  const outcome = known ? 'journaled' : await start(pending);
  await crashPoint('reactor.started-not-settled', pending.reaction);
  await records.settle(pending);
  return outcome;
}
