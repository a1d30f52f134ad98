import type { LetterAct } from '../../platform/event-log/letters/port';
import { problem } from '../../platform/http/problem';
import { actIdOf } from '../../platform/security/pseudonym';
import { actOn } from './desk';
import type { LetterApiOptions } from './desk';
import { letterLimits } from './operations';
import { changeView } from './views';

interface GroupRetry {
  readonly group: string;
  readonly act: Omit<LetterAct, 'letterId'>;
  readonly dryRun: boolean;
  readonly after?: string | undefined;
}

/**
 * Retries the aggregates of one group, each in a transaction of its own, by arrival; ends after so many or so long and
 * says where to go on. Each aggregate's act follows from the call's: a repeated call repeats none of them.
 */
export async function retryGroup(options: LetterApiOptions, told: GroupRetry) {
  const { group, act, dryRun, after } = told;
  const { aggregatesMax, retryMsMax, failuresShownMax, changesShownMax } = letterLimits;
  const asked = { group, limitMax: aggregatesMax + 1, ...(after ? { afterId: after } : {}) };
  const firsts = await options.store.firstOfGroup(asked);
  if (firsts.length === 0 && after === undefined) {
    throw problem('NOT_FOUND', { detail: `no aggregate waits for the cause ${group}` });
  }
  const deadlineMs = performance.now() + retryMsMax;
  const sum = { dryRun, aggregates: 0, cleared: 0, applied: 0, settled: 0 };
  const failures: object[] = [];
  const changes: object[] = [];
  let last = after;
  for (const first of firsts.slice(0, aggregatesMax)) {
    if (sum.aggregates > 0 && performance.now() >= deadlineMs) break;
    const { projection, aggregateId, id: letterId } = first;
    const own = { ...act, id: actIdOf([act.id, projection, aggregateId]), letterId };
    const done = await actOn(options, first, { act: own, dryRun }).catch(unlessSettled);
    sum.aggregates += 1;
    last = letterId;
    if (done === undefined) continue;
    const { report } = done;
    sum.applied += report.applied;
    sum.settled += report.settled;
    if (report.left === 0) sum.cleared += 1;
    if (report.stopped) failures.push({ aggregateId, ...report.stopped });
    if (dryRun) changes.push(...report.changes.map(changeView));
  }
  const isOver = sum.aggregates === firsts.length;
  return {
    ...sum,
    failures: failures.slice(0, failuresShownMax),
    changes: changes.slice(0, changesShownMax),
    ...(isOver ? {} : { next: last }),
  };
}

/** Somebody else dealt with the aggregate since the list was read. */
function unlessSettled(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 'LETTER_SETTLED') throw error;
}
