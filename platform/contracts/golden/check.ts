import { decodeEvent } from '../../event-log/envelope';
import type { LogMessage } from '../../event-log/ports';
import { loadSchemas } from '../../event-log/schema-registry';
import type { SchemaRegistry } from '../../event-log/schema-registry';
import { readSchemaFiles, versionOf } from '../../event-log/schemas/files';
import { readGoldenEvents } from './files';
import type { GoldenEvents } from './files';
import { originOf } from './origins';
import type { EventWriter } from './origins';

/** What may be wrong with the golden corpus, and what to do. */
export const goldenRules = {
  GOLDEN_MISSING: 'no golden event of this version is kept: run npm run schemas:lock',
  GOLDEN_STRAY: 'there is no such version of an event: remove the file',
  GOLDEN_UNREADABLE:
    "today's code cannot read what a writer of this version sent, and the log is full of it: mend the reader",
  GOLDEN_CONTRADICTS: 'it is no event of its file: put the messages in their place',
  EVENT_WITHOUT_WRITER: 'name its aggregate in `aggregates` of exactly one service',
} as const;

export interface GoldenFinding {
  readonly rule: keyof typeof goldenRules;
  readonly event: string;
  readonly version: string;
  readonly detail?: string;
}

/**
 * Holds the golden corpus to the schema files: each version of each event has golden events, and today's decoder and
 * reader schema take them. Empty when all is well.
 */
export function checkGolden(
  writers: readonly EventWriter[],
  directory?: string,
): readonly GoldenFinding[] {
  const schemas = loadSchemas(directory);
  const golden = readGoldenEvents(directory);
  const kept = new Set(golden.map(keyOf));
  const files = readSchemaFiles(directory, 'events').map((file) => ({
    ...{ type: file.type, version: versionOf(file) },
  }));
  const known = new Set(files.map(keyOf));
  const told = (rule: GoldenFinding['rule']) => (one: Named) => ({
    ...{ rule, event: one.type, version: one.version },
  });
  return [
    ...files.filter(({ type }) => !originOf(writers, type)).map(told('EVENT_WITHOUT_WRITER')),
    ...files.filter((one) => !kept.has(keyOf(one))).map(told('GOLDEN_MISSING')),
    ...golden.filter((one) => !known.has(keyOf(one))).map(told('GOLDEN_STRAY')),
    ...golden
      .filter((one) => known.has(keyOf(one)))
      .flatMap((one) =>
        one.messages.flatMap((message) => problemOf(one, message, { schemas, writers })),
      ),
  ];
}

/** The sentence people read. */
export function describeGoldenFinding({ rule, event, version, detail }: GoldenFinding): string {
  const why = detail === undefined ? goldenRules[rule] : `${detail}; ${goldenRules[rule]}`;
  return `${rule} ${event} ${version}: ${why}`;
}

type Named = Pick<GoldenEvents, 'type' | 'version'>;

const keyOf = ({ type, version }: Named) => `${type} ${version}`;

interface Against {
  readonly schemas: SchemaRegistry;
  readonly writers: readonly EventWriter[];
}

function problemOf(of: GoldenEvents, message: LogMessage, { schemas, writers }: Against) {
  const found = (rule: GoldenFinding['rule'], detail: string): GoldenFinding[] => [
    { rule, event: of.type, version: of.version, detail },
  ];
  try {
    const { type, schema, data, service } = decodeEvent(message);
    const origin = originOf(writers, of.type);
    const isOurs =
      type === of.type &&
      schema === of.version &&
      isOfSchema(of, message, schemas) &&
      (origin === undefined || origin.service === service);
    if (!isOurs)
      return found('GOLDEN_CONTRADICTS', `it says ${message.headers.ce_dataschema} of ${service}`);
    const read = schemas.read(type, schema, data);
    if (read.verdict === 'valid') return [];
    return found('GOLDEN_UNREADABLE', read.verdict === 'invalid' ? read.detail : read.verdict);
  } catch (error) {
    return found('GOLDEN_UNREADABLE', error instanceof Error ? error.message : String(error));
  }
}

/** Names the very schema file by its hash. */
function isOfSchema({ type, version }: Named, { headers }: LogMessage, schemas: SchemaRegistry) {
  return headers.ce_dataschema?.endsWith(`#sha256-${schemas.hashOf(type, version)}`) === true;
}
