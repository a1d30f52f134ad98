import { canonicalJson } from './json';
import type { Json } from './json';

/** Where two values part: JSON pointer (RFC 6901) and the two values there; undefined where there is none. */
export interface JsonDifference {
  readonly pointer: string;
  readonly left: Json | undefined;
  readonly right: Json | undefined;
}

/** Every place where two values differ, as deep as possible, members in the order of their names. Empty when equal. */
export function jsonDifferences(
  left: Json | undefined,
  right: Json | undefined,
  pointer = '',
): readonly JsonDifference[] {
  const [inLeft, inRight] = [membersOf(left), membersOf(right)];
  const areAlike = Array.isArray(left) === Array.isArray(right);
  if (inLeft === undefined || inRight === undefined || !areAlike) {
    return isSame(left, right) ? [] : [{ pointer, left, right }];
  }
  const names = [...new Set([...inLeft.keys(), ...inRight.keys()])];
  if (!Array.isArray(left)) names.sort((one, other) => (one < other ? -1 : 1));
  return names.flatMap((name) =>
    jsonDifferences(inLeft.get(name), inRight.get(name), `${pointer}/${escaped(name)}`),
  );
}

/** The value a pointer leads to; undefined where it leads nowhere. */
export function valueAt(value: Json | undefined, pointer: string): Json | undefined {
  const names = pointer.split('/').slice(1).map(unescaped);
  return names.reduce<Json | undefined>((at, name) => membersOf(at)?.get(name), value);
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
