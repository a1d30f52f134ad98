import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { sagaLimits } from '../limits';

/** A batch of sagas that finished long ago. */
export interface TrimRequest {
  /** Position of the last of them in the order of finishing. */
  readonly position: string;
  readonly sagas: readonly { readonly sagaId: string; readonly participants: readonly string[] }[];
}

/** Answers the sagas there was no time for. */
type Trim = (asked: {
  readonly sagaIds: readonly string[];
}) => Promise<{ readonly left: readonly string[] }>;

/** Sagas whose rows one call trims. */
const sagasPerCall = 50;
/** Names a step's participant may have that are no service. */
const notServices = new Set(['people', 'events', 'parent']);

/** The workflow `trim`: lets each participant forget the results of finished sagas; keys and hashes stay for good. */
export async function trimSagas({ sagas }: TrimRequest): Promise<{ readonly trimmed: number }> {
  const suffix = workflowInfo().taskQueue.replace(/^sagas/, '');
  // The journal's own rows have the request and the answers of children.
  const participants = new Set(['sagas', ...sagas.flatMap((saga) => saga.participants)]);
  for (const participant of [...participants].filter((name) => !notServices.has(name)).sort()) {
    const isAll = participant === 'sagas';
    const own = sagas.filter((saga) => isAll || saga.participants.includes(participant));
    const activities = proxyActivities<Record<string, Trim>>({
      taskQueue: `${participant}${suffix}`,
      summary: `trim ${participant}`,
      startToCloseTimeout: sagaLimits.closingMs,
      retry: { maximumInterval: sagaLimits.stubbornPauseMs },
    });
    for (let from = 0; from < own.length; from += sagasPerCall) {
      let sagaIds: readonly string[] = own
        .slice(from, from + sagasPerCall)
        .map(({ sagaId }) => sagaId);
      const trim = activities[`${participant}.trim`]!;
      while (sagaIds.length > 0) sagaIds = (await trim({ sagaIds })).left;
    }
  }
  return { trimmed: sagas.length };
}
