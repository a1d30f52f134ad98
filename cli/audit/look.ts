import type { Auditor } from '../../platform/audit/auditor';
import type { StoredLedger } from '../../platform/audit/ledger/postgres';
import { auditLimits } from '../../platform/audit/options';
import { waiter } from '../../platform/runtime/waiter';

/** Bounds of one look, in milliseconds. */
export const lookLimits = {
  /** An auditor that has not written for so long is not at work. */
  staleMs: 10_000,
  /** By then a pass has begun and ended, and a round of rows where they are few: it begins so often. */
  underWayMs: auditLimits.aggregates.roundMs + 2_000,
  pollMs: 200,
  /** Without anything new for so long a look is given up. */
  stallMs: 120_000,
} as const;

/** Thrown when a look has not come to its end. */
export class AuditUnfinished extends Error {
  readonly code = 'AUDIT_UNFINISHED';
}

/**
 * Waits for passes that began after this was called, as long as a round of a few hundred rows takes; many rows take
 * longer, and so does the events table. False where no auditor is at work.
 */
export async function untilPassed(
  ledger: Pick<StoredLedger, 'lastAtWork' | 'readTablesVersion'>,
): Promise<boolean> {
  const pause = waiter();
  const startedMs = Date.now();
  if ((await ledger.readTablesVersion()) === undefined) return false;
  for (;;) {
    const at = (await ledger.lastAtWork())?.getTime() ?? 0;
    if (at > startedMs + lookLimits.underWayMs) return true;
    if (Date.now() - at > lookLimits.staleMs) return false;
    await pause.wait(lookLimits.pollMs);
  }
}

/** Passes until every service has been read to the end of its log and every aggregate was compared since. */
export async function lookAtAll(
  ledger: StoredLedger,
  auditor: Auditor,
): Promise<{ readonly away: readonly string[] }> {
  const pause = waiter();
  await ledger.takeOver();
  const rounds = new Map<string, number>();
  for (let deadlineMs = performance.now() + lookLimits.stallMs; ;) {
    const { services, judgedSagas } = await auditor.pass();
    const away = services.flatMap((one) =>
      one.away === undefined ? [] : [`${one.name}: ${one.away}`],
    );
    if (away.length > 0) return { away };
    let hasMoved = judgedSagas > 0;
    for (const one of services) {
      if (one.away !== undefined) continue;
      hasMoved ||= one.events > 0 || one.isRoundOver;
      // The first round may have begun long ago.
      if (one.isRoundOver && one.lag === 0) rounds.set(one.name, (rounds.get(one.name) ?? 0) + 1);
    }
    if (services.every(({ name }) => (rounds.get(name) ?? 0) >= 2)) return { away: [] };
    if (hasMoved) deadlineMs = performance.now() + lookLimits.stallMs;
    if (performance.now() > deadlineMs) throw new AuditUnfinished('the audit does not get on');
    await pause.wait(hasMoved ? 0 : auditLimits.intervalMs);
  }
}
