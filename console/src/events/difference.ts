import { jsonDifferences } from '../../../platform/kernel/json-diff';
import type { Json } from '../../../platform/kernel/json';
import { asOf } from './as-of';
import type { LogEvent } from '../gateway/answers';

/** One place that differs between two moments. */
export interface Difference {
  /** JSON pointer; empty for the whole. */
  readonly pointer: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: unknown;
  readonly after: unknown;
}

/** What differs between two values, member by member. */
export function differencesBetween(before: unknown, after: unknown): readonly Difference[] {
  return jsonDifferences(before as Json | undefined, after as Json | undefined).map(
    ({ pointer, left, right }) => ({
      pointer,
      kind: kindOf(left, right),
      before: left,
      after: right,
    }),
  );
}

function kindOf(left: unknown, right: unknown): Difference['kind'] {
  if (left === undefined) return 'added';
  return right === undefined ? 'removed' : 'changed';
}

/** What the events between two of an aggregate have changed of what was said, the older one first in either order. */
export function changesBetween(
  events: readonly LogEvent[],
  one: number,
  other: number,
): readonly Difference[] {
  const [from, to] = one <= other ? [one, other] : [other, one];
  return differencesBetween(asOf(events, from)?.said ?? {}, asOf(events, to)?.said ?? {});
}

/** A value in one line, for tables. */
export function valueText(value: unknown): string {
  return value === undefined ? '–' : JSON.stringify(value);
}
