import { expressionOf } from './schema';

/** What sagas are looked for by; members that are left out match every saga. */
export interface SagaFilter {
  readonly owner?: string;
  readonly state?: string;
  readonly saga?: string;
  readonly workflowId?: string;
  /** Of the business object, as `businessKey` of its contract names it. */
  readonly businessKey?: string;
  /** Code of what turned it back. */
  readonly reason?: string;
  /** Code it is parked with, at any step. */
  readonly parkedReason?: string;
  /** Step it is parked at. */
  readonly step?: string;
  /** Started at this time or later; RFC 3339 in UTC with milliseconds, as `toISOString` writes it. */
  readonly startedAfter?: string;
  /** Started earlier than this. */
  readonly startedBefore?: string;
  /** The same of its end; what has not ended is in neither. */
  readonly finishedAfter?: string;
  readonly finishedBefore?: string;
}

/** Hands a value to the database; answers the place that stands for it in the text. */
export type Bind = (value: unknown) => string;

const equal = ['owner', 'state', 'saga', 'workflowId', 'businessKey', 'reason'] as const;

/** Both must be true of the same parked step. */
function parkedPlace({ parkedReason, step }: SagaFilter): object | undefined {
  if (parkedReason === undefined && step === undefined) return undefined;
  const reason = parkedReason === undefined ? {} : { reason: parkedReason };
  return { ...reason, ...(step === undefined ? {} : { step }) };
}

/** Nothing can be said of a saga before its start was seen, not even its name: a participant's event came first. */
export const hasBegun = `${expressionOf('saga')} <> ''`;

/** SQL conditions on a row of the saga timeline. Who is parked is found by the index on the state. */
export function sagaConditions(filter: SagaFilter, bind: Bind): string[] {
  const { startedAfter, startedBefore, finishedAfter, finishedBefore } = filter;
  const startedAt = expressionOf('startedAt');
  const finishedAt = expressionOf('finishedAt');
  const place = parkedPlace(filter);
  return [
    hasBegun,
    ...equal.flatMap((member) => {
      const value = filter[member];
      return value === undefined ? [] : [`${expressionOf(member)} = ${bind(value)}`];
    }),
    ...(place === undefined
      ? []
      : [
          `${expressionOf('state')} = 'parked'`,
          `listed->'parked' @> ${bind(JSON.stringify([place]))}::jsonb`,
        ]),
    ...(startedAfter === undefined ? [] : [`${startedAt} >= ${bind(startedAfter)}`]),
    ...(startedBefore === undefined ? [] : [`${startedAt} < ${bind(startedBefore)}`]),
    ...(finishedAfter === undefined ? [] : [`${finishedAt} >= ${bind(finishedAfter)}`]),
    // Absent is the empty text, which is before every time.
    ...(finishedBefore === undefined
      ? []
      : [`${finishedAt} < ${bind(finishedBefore)}`, `${finishedAt} <> ''`]),
  ];
}
