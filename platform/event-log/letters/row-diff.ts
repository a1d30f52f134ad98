import type { Json } from '../../kernel/json';
import { jsonDifferences } from '../../kernel/json-diff';

/** One member that differs between two rows. */
export interface MemberChange {
  /** JSON pointer; empty for the whole row. */
  readonly pointer: string;
  /** Undefined where there was nothing. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What differs between two rows, member by member in the order of their names; lists are compared place by place. */
export function rowDiff(before: unknown, after: unknown): MemberChange[] {
  const differences = jsonDifferences(before as Json | undefined, after as Json | undefined);
  return differences.map(({ pointer, left, right }) => ({ pointer, before: left, after: right }));
}
