import { canonicalJson } from '../../kernel/json';
import type { Json } from '../../kernel/json';

/** Where two values part: JSON pointer (RFC 6901) and the two values there; undefined where there is none. */
export interface Difference {
  readonly pointer: string;
  readonly expected: Json | undefined;
  readonly actual: Json | undefined;
}

/** Every place where two values differ, as deep as possible, members in the order of their names. Empty when equal. */
export function differencesOf(
  expected: Json | undefined,
  actual: Json | undefined,
  pointer = '',
): readonly Difference[] {
  const [left, right] = [membersOf(expected), membersOf(actual)];
  const areAlike = Array.isArray(expected) === Array.isArray(actual);
  if (left === undefined || right === undefined || !areAlike) {
    return isSame(expected, actual) ? [] : [{ pointer, expected, actual }];
  }
  const names = [...new Set([...left.keys(), ...right.keys()])];
  if (!Array.isArray(expected)) names.sort((one, other) => (one < other ? -1 : 1));
  return names.flatMap((name) =>
    differencesOf(left.get(name), right.get(name), `${pointer}/${escaped(name)}`),
  );
}

/** The value a pointer leads to; undefined where it leads nowhere. */
export function valueAt(value: Json | undefined, pointer: string): Json | undefined {
  const names = pointer.split('/').slice(1).map(unescaped);
  return names.reduce<Json | undefined>((at, name) => membersOf(at)?.get(name), value);
}

const textMax = 64;
/** The member that holds what belongs to a person, whatever is in it. */
const personal = 'personal';

/** A value for a report: short, on one line, and nothing of what is or lies under a member named `personal`. */
export function shownValue(value: Json | undefined, pointer: string): string {
  if (value === undefined) return 'absent';
  if (pointer.split('/').includes(personal)) return 'masked';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `${Object.keys(value).length} members`;
  const text = JSON.stringify(value);
  return text.length > textMax ? `${text.slice(0, textMax)}… (${text.length} characters)` : text;
}

/** Absent is not null, though both are written the same. */
function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return (
    (one === undefined) === (other === undefined) && canonicalJson(one) === canonicalJson(other)
  );
}

function membersOf(value: Json | undefined): ReadonlyMap<string, Json> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map<string, Json>(Object.entries(value));
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescaped(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~');
}
