import { backoffMs } from '../discovery/pace';
import { crashPoint } from '../runtime/crash-point';
import type { Log } from '../runtime/log';
import { waiter } from '../runtime/waiter';
import { isToNotify, isToTell } from './projection';
import type { Reacted, ToNotify, ToStart, ToTell } from './projection';

/** Limits of the starter. */
export const starterLimits = {
  /** Rows looked at in one go. */
  batchSizeMax: 50,
  /** Pause between looks when nothing waits, milliseconds. */
  idleMs: 500,
  /** Pace after a start that failed, milliseconds. */
  stepMs: 250,
  maxMs: 15_000,
  /** Pause before somebody who waits is looked for again: a tenth of the event's age, within these; milliseconds. */
  againMinMs: 1_000,
  againMaxMs: 60_000,
} as const;

/** A row that waits, and the reaction it belongs to. */
export interface Pending<Row extends Reacted = Reacted> {
  readonly reaction: string;
  readonly row: Row;
}

export type PendingStart = Pending<ToStart>;
export type PendingTell = Pending<ToTell>;
export type PendingNotice = Pending<ToNotify>;

/** The reactor's own records. */
export interface ReactionRecords {
  /**
   * Rows that are due and not done with as far as is known, those that wait longest first. Each look goes on where the
   * last one ended, and begins anew behind the end; once the signal is given it reads no further.
   */
  pending(limitMax: number, signal?: AbortSignal): Promise<readonly Pending[]>;
  /** Notes how it ended; a row that says so already stays. */
  settle(pending: Pending, state: Exclude<Reacted['state'], 'pending'>): Promise<void>;
  /** Looks at the row again no earlier than this. */
  postpone(pending: PendingTell, dueAt: Date): Promise<void>;
  /** Notes whom it is sent to, before it is. */
  aim(pending: PendingTell, target: string): Promise<void>;
}

export interface StarterOptions {
  readonly records: ReactionRecords;
  /** Whether the journal knows a saga under this workflow id, finished or not, however long ago. */
  readonly isJournaled: (workflowId: string) => Promise<boolean>;
  /** Starts the saga, or says that Temporal knows the workflow id, running or closed. */
  readonly start: (pending: PendingStart) => Promise<'started' | 'exists'>;
  /**
   * Tells a saga that waits for it; `nobody` where none does, `refused` where one does and may not be told. What a
   * saga has taken before it takes again, without effect. Calls `aim` before each saga it sends to.
   */
  readonly tell: (
    pending: PendingTell,
    aim: (target: string) => Promise<void>,
  ) => Promise<'told' | 'nobody' | 'refused'>;
  /** Writes down whom it is to be sent to; what is written already stays. Without it nobody is. */
  readonly notify?: (pending: PendingNotice) => Promise<void>;
  /** Whether the journal has the act of this identity under this workflow id. */
  readonly isTaken: (workflowId: string, jti: string) => Promise<boolean>;
  readonly log: Log;
  readonly observe?: (reaction: string, outcome: ReactionOutcome) => void;
  /** Told at each look how many rows are due, at most a batch. */
  readonly waiting?: (rows: number) => void;
  /** Told at each look that failed: how many are due is not known. */
  readonly unread?: () => void;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/**
 * `exists`: Temporal had it; `journaled`: Temporal has forgotten it, the journal has not; `nobody`, `refused` and
 * `failed`: tried again; `unheard`: nobody waited for it in time.
 */
export type ReactionOutcome =
  | 'started'
  | 'exists'
  | 'journaled'
  | 'told'
  | 'nobody'
  | 'refused'
  | 'unheard'
  | 'notified'
  | 'failed';

export interface Starter {
  stop(): Promise<void>;
}

/**
 * Does what the records say is to be done. A crash between start and record, or a second starter, repeats the start
 * under the same workflow id: Temporal refuses it while it remembers, and the journal for ever after. What a saga is
 * told again is the same act, which it takes once.
 */
export function startStarter(options: StarterOptions): Starter {
  const { records, log } = options;
  const pause = waiter();
  const end = new AbortController();
  let isStopped = false;

  async function work(): Promise<void> {
    for (let failures = 0; !isStopped;) {
      const found = await look(failures === 0);
      const failed = found === undefined ? 1 : await startAll(found);
      failures = failed === 0 ? 0 : failures + 1;
      if (isStopped || (failed === 0 && found?.length === starterLimits.batchSizeMax)) continue;
      await pause.wait(failures > 0 ? backoffMs(failures, starterLimits) : starterLimits.idleMs);
    }
  }

  async function look(isFirst: boolean): Promise<readonly Pending[] | undefined> {
    try {
      const found = await records.pending(starterLimits.batchSizeMax, end.signal);
      options.waiting?.(found.length);
      return found;
    } catch (error) {
      if (isFirst) log.warn('the records of reactions cannot be read', { error });
      options.unread?.();
      return undefined;
    }
  }

  /** One that fails holds up nobody; answers how many did. */
  async function startAll(found: readonly Pending[]): Promise<number> {
    let failed = 0;
    for (const pending of found) {
      if (isStopped) break;
      try {
        const outcome = await reactOnce(options, pending);
        options.observe?.(pending.reaction, outcome);
      } catch (error) {
        failed += 1;
        options.observe?.(pending.reaction, 'failed');
        const { eventId, saga } = pending.row;
        log.warn('a reaction could not be carried out yet', { error, eventId, saga });
      }
    }
    return failed;
  }

  const kept = work();
  return {
    async stop() {
      isStopped = true;
      end.abort();
      pause.stop();
      await kept;
    },
  };
}

/** Does what one row asks for and notes it; answers how that was. */
export function reactOnce(options: StarterOptions, pending: Pending): Promise<ReactionOutcome> {
  const { reaction, row } = pending;
  if (isToTell(row)) return tellOne(options, { reaction, row });
  if (isToNotify(row)) return notifyOne(options, { reaction, row });
  return startOne(options, { reaction, row });
}

async function notifyOne(
  { records, notify }: StarterOptions,
  pending: PendingNotice,
): Promise<ReactionOutcome> {
  await notify?.(pending);
  await crashPoint('reactor.noted-not-settled', pending.reaction);
  await records.settle(pending, 'notified');
  return 'notified';
}

async function tellOne(options: StarterOptions, pending: PendingTell): Promise<ReactionOutcome> {
  const { records, log, clock = Date.now } = options;
  const { eventId, eventTime, saga, until, target, jti } = pending.row;
  // Sent before and not noted: the saga may have ended since, and would not be found.
  const isTaken = target !== undefined && (await options.isTaken(target, jti));
  const aim = (workflowId: string) => records.aim(pending, workflowId);
  const outcome = isTaken ? 'told' : await options.tell(pending, aim);
  if (outcome === 'told') {
    await crashPoint('reactor.told-not-settled', pending.reaction);
    await records.settle(pending, 'told');
    return outcome;
  }
  const nowMs = clock();
  if (nowMs >= Date.parse(until)) {
    await records.settle(pending, 'unheard');
    log.warn('an event reached no saga in time', { eventId, saga });
    return 'unheard';
  }
  const { againMinMs, againMaxMs } = starterLimits;
  const tenthMs = (nowMs - Date.parse(eventTime)) / 10;
  const pauseMs = Math.min(againMaxMs, Math.max(againMinMs, tenthMs));
  await records.postpone(pending, new Date(Math.min(Date.parse(until), nowMs + pauseMs)));
  return outcome;
}

async function startOne(
  { records, isJournaled, start }: StarterOptions,
  pending: PendingStart,
): Promise<ReactionOutcome> {
  const known = await isJournaled(pending.row.workflowId);
  if (!known) await crashPoint('reactor.noted-not-started', pending.reaction);
  const outcome = known ? 'journaled' : await start(pending);
  await crashPoint('reactor.started-not-settled', pending.reaction);
  await records.settle(pending, 'started');
  return outcome;
}
