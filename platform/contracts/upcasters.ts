import { decodeEvent } from '../event-log/envelope';
import { loadSchemas } from '../event-log/schema-registry';
import { readSchemaFiles, schemasDirectory, versionOf } from '../event-log/schemas/files';
import type { SchemaFile } from '../event-log/schemas/files';
import { chainFindings } from '../event-log/upcasters/chain';
import type { EventData, Upcaster, UpcasterFinding } from '../event-log/upcasters/upcaster';
import { canonicalJson } from '../kernel/json';
import { readGoldenEvents } from './golden/files';
import { sampleOf } from './sample';
import { upcasters as registered } from '../../schemas/upcasters';

/**
 * Tries every upcaster on samples and golden events of the major it reads: the answer must be an event that a writer of
 * the next major could have written, the same each time, with neither clock nor chance, and the input left as it was.
 * Tells first of upcasters that are missing or too many. Empty when all is well.
 */
export function checkUpcasters(
  directory: string = schemasDirectory,
  upcasters: readonly Upcaster[] = directory === schemasDirectory ? registered : [],
): readonly UpcasterFinding[] {
  const files = readSchemaFiles(directory);
  const chain = chainFindings(files, upcasters);
  if (chain.length > 0) return chain;
  const schemas = loadSchemas(directory, upcasters);
  const golden = upcasters.length === 0 ? [] : goldenData(directory);
  return upcasters.flatMap((upcaster) => {
    const { type, from } = upcaster;
    const of = (major: number) => files.filter((one) => one.type === type && one.major === major);
    const target = of(from + 1).at(-1);
    const known = golden.filter((one) => one.type === type && one.major === from);
    const inputs = [...of(from).flatMap(samples), ...known.map(({ data }) => data)];
    const told = inputs.map((data) => tried(upcaster, data)).find(({ finding }) => finding);
    if (told?.finding) return [told.finding];
    return inputs.flatMap((data): UpcasterFinding[] => {
      const version = target === undefined ? '' : versionOf(target);
      const read = schemas.readClosed(type, version, tried(upcaster, data).answer ?? null);
      const detail = read.verdict === 'invalid' ? read.detail : read.verdict;
      const rule = 'UPCASTER_OUTPUT_INVALID' as const;
      return read.verdict === 'valid' ? [] : [{ rule, event: type, from, detail }];
    });
  });
}

const samples = ({ schema }: SchemaFile): readonly EventData[] =>
  [true, false].map((least) => sampleOf(schema, least) as EventData);

const goldenData = (directory: string) =>
  readGoldenEvents(directory).flatMap(({ type, version, messages }) =>
    messages.map((message) => ({
      ...{ type, major: Number(version.split('.')[0]) },
      data: decodeEvent(message).data,
    })),
  );

interface Tried {
  readonly answer?: EventData;
  readonly finding?: UpcasterFinding;
}

function tried({ type: event, from, up }: Upcaster, data: EventData): Tried {
  const finding = (rule: UpcasterFinding['rule'], detail: string): Tried => ({
    finding: { rule, event, from, detail },
  });
  const given = frozen(structuredClone(data));
  try {
    const [first, second] = [withoutChance(() => up(given)), withoutChance(() => up(given))];
    if (canonicalJson(first) === canonicalJson(second)) return { answer: first };
    return finding('UPCASTER_IMPURE', 'the same event was read in two ways');
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    // What is frozen may not be written to, and clock and chance are taken away.
    const isImpure = error instanceof ChanceTaken || /read.only|extensible/.test(detail);
    return finding(isImpure ? 'UPCASTER_IMPURE' : 'UPCASTER_OUTPUT_INVALID', detail);
  }
}

class ChanceTaken extends Error {}

/** Runs something while the time of day and chance are taken away from it. Dates made of data are fine. */
function withoutChance<Answer>(run: () => Answer): Answer {
  const { Date: clock } = globalThis;
  const { random } = Math;
  // Made before: whoever prints an error's stack may need the time for it.
  const taken = new ChanceTaken('it asks for the time, or for chance');
  const refuse = () => {
    throw taken;
  };
  globalThis.Date = new Proxy(clock, {
    apply: refuse,
    construct: (target, given) =>
      given.length === 0 ? refuse() : new target(...(given as [string])),
    get: (target, name) => (name === 'now' ? refuse : (Reflect.get(target, name) as unknown)),
  });
  Math.random = refuse;
  try {
    return run();
  } finally {
    globalThis.Date = clock;
    Math.random = random;
  }
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
