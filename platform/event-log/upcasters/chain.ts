import type { SchemaFile } from '../schemas/files';
import type { Upcaster, UpcasterFinding } from './upcaster';

type Versioned = Pick<SchemaFile, 'type' | 'major'>;

/**
 * Holds the registered upcasters to the schema files: one, and one only, from every major but the newest, and none from
 * or to a major that nobody described. Empty when all is well.
 */
export function chainFindings(
  files: readonly Versioned[],
  upcasters: readonly Upcaster[],
): readonly UpcasterFinding[] {
  const majors = majorsOf(files);
  const found = upcasters.map(keyOf);
  const missing = [...majors].flatMap(([event, known]) =>
    known
      .slice(0, -1)
      .filter((from) => !found.includes(`${event} ${from}`))
      .map((from) => ({ rule: 'UPCASTER_MISSING' as const, event, from })),
  );
  const wrong = upcasters.flatMap((one, index): UpcasterFinding[] => {
    const { type: event, from } = one;
    const known = majors.get(event) ?? [];
    if (!known.includes(from) || !known.includes(from + 1)) {
      return [{ rule: 'UPCASTER_UNKNOWN', event, from }];
    }
    return found.indexOf(keyOf(one)) < index ? [{ rule: 'UPCASTER_DUPLICATE', event, from }] : [];
  });
  return [...missing, ...wrong];
}

/** Finds the upcaster of a major, if there is one. */
export function upcasterOf(
  upcasters: readonly Upcaster[],
): (type: string, from: number) => Upcaster | undefined {
  const byKey = new Map(upcasters.map((one) => [keyOf(one), one]));
  return (type, from) => byKey.get(`${type} ${from}`);
}

/** Majors of each event, ascending. */
function majorsOf(files: readonly Versioned[]): ReadonlyMap<string, readonly number[]> {
  const majors = new Map<string, number[]>();
  for (const { type, major } of files) {
    const known = majors.get(type) ?? [];
    if (!known.includes(major))
      majors.set(
        type,
        [...known, major].sort((a, b) => a - b),
      );
  }
  return majors;
}

const keyOf = ({ type, from }: Upcaster) => `${type} ${from}`;
