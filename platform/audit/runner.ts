import type { Log } from '../runtime/log';
import { waiter } from '../runtime/waiter';
import type { Credentials } from '../security/tls';
import type { AuditPass, Auditor } from './auditor';
import { meaningOf } from './codes';
import type { Ledger } from './ledger/port';
import { auditLimits } from './options';
import { bodyOf, signLine } from './report';

/** How often a quiet auditor writes a line, and how it waits for its own ledger. */
export const runnerLimits = { lineEveryMs: 10_000, idleLineMs: 60_000, awayMs: 2_000 } as const;

export interface RunnerOptions {
  readonly auditor: Auditor;
  readonly ledger: Ledger;
  readonly credentials: () => Pick<Credentials, 'cert' | 'key'>;
  readonly log: Log;
  /** Told after each pass, with the number of the report's last line. */
  readonly observe?: (pass: AuditPass, lines: number) => void;
}

/** An auditor at work until stopped. */
export interface AuditRunner {
  /** When the last pass ended, as `performance.now()`; 0 before the first. */
  lastPassMs(): number;
  stop(): Promise<void>;
}

/** Passes that the next line of the report will tell, and since when. */
interface Untold {
  readonly passes: AuditPass[];
  sinceMs: number;
}

/**
 * Passes for as long as the process lives: at once where more is waiting, else after a pause. A line of the signed
 * report closes what was seen every 10 s, at once where something was found or a service waits, and every minute where
 * nothing happens.
 */
export function startAuditing(options: RunnerOptions): AuditRunner {
  const { auditor, ledger, log } = options;
  const bell = waiter();
  const state = { isStopping: false, isOwner: false, lastMs: 0, lines: 0 };
  const untold: Untold = { passes: [], sinceMs: performance.now() };
  let waiting = '';

  async function work(): Promise<void> {
    while (!state.isStopping) {
      try {
        if (!state.isOwner) await takeOver();
        const pass = await auditor.pass();
        await told(pass);
        await bell.wait(hasMore(pass) ? 0 : auditLimits.intervalMs);
      } catch (error) {
        state.isOwner = false;
        log.warn('the audit waits', { error });
        await bell.wait(runnerLimits.awayMs);
      }
    }
    if (state.isOwner && untold.passes.length > 0) await writeLine();
  }

  async function takeOver(): Promise<void> {
    await ledger.takeOver();
    state.lines = (await ledger.reportTail()).number;
    state.isOwner = true;
    log.info('the auditor is at work', { count: state.lines });
  }

  async function told(pass: AuditPass): Promise<void> {
    for (const { code, service, subject, eventId = '', sagaId, detail } of pass.found) {
      const { severity, next } = meaningOf(code);
      const level = severity === 'violation' ? 'error' : 'warn';
      log[level](`audit: ${subject} ${eventId} ${detail}; ${next}`, { code, service, sagaId });
    }
    untold.passes.push(pass);
    const isOther = tellWaiting(pass);
    const nowMs = performance.now();
    const hasNews = untold.passes.some(hasHappened);
    const dueMs = hasNews ? runnerLimits.lineEveryMs : runnerLimits.idleLineMs;
    const isDue = nowMs - untold.sinceMs >= dueMs;
    if (pass.found.length > 0 || isOther || isDue) await writeLine();
    state.lastMs = nowMs;
    options.observe?.(pass, state.lines);
  }

  /** Says which services wait, and for what, when that is another one or for another reason. */
  function tellWaiting({ services }: AuditPass): boolean {
    const away = services.flatMap((one) => (one.away === undefined ? [] : [one]));
    const now = away.map((one) => `${one.name} ${one.away.split(' ', 1)[0]}`).join();
    if (now === waiting) return false;
    waiting = now;
    for (const { name, away: reason } of away) {
      log.warn('the audit of a service waits', { service: name, reason });
    }
    if (away.length === 0) log.info('the audit waits for nothing any more');
    return true;
  }

  async function writeLine(): Promise<void> {
    const tail = await ledger.reportTail();
    const signing = { credentials: options.credentials(), at: new Date() };
    const line = await signLine(tail, bodyOf(untold.passes), signing);
    await ledger.appendReport(tail, line);
    state.lines = tail.number + 1;
    log.info('audit line', { seq: state.lines, count: untold.passes.length });
    untold.passes.length = 0;
    untold.sinceMs = performance.now();
  }

  const finished = work().catch((error: unknown) => {
    log.error('the auditor ended', { error });
  });
  return {
    lastPassMs: () => state.lastMs,
    stop: async () => {
      state.isStopping = true;
      bell.stop();
      await finished;
    },
  };
}

function hasHappened({ services, judgedSagas }: AuditPass): boolean {
  return judgedSagas > 0 || services.some((one) => one.away === undefined && one.events > 0);
}

function hasMore({ services }: AuditPass): boolean {
  return services.some((one) => one.away === undefined && one.events > 0 && one.lag > 0);
}
