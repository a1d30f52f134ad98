/** One member that differs between two rows. */
export interface MemberChange {
  /** JSON pointer; empty for the whole row. */
  readonly pointer: string;
  /** Undefined where there was nothing. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What differs between two JSON values, member by member; lists are compared place by place. */
export function rowDiff(before: unknown, after: unknown, pointer = ''): MemberChange[] {
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ pointer, before, after }];
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => rowDiff(before[name], after[name], `${pointer}/${escape(name)}`));
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function escape(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
