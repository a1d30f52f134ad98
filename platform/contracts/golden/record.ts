import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeEvent } from '../../event-log/envelope';
import type { LogMessage } from '../../event-log/ports';
import { loadSchemas } from '../../event-log/schema-registry';
import type { SchemaRegistry } from '../../event-log/schema-registry';
import { readSchemaFiles, schemasDirectory, versionOf } from '../../event-log/schemas/files';
import type { SchemaFile } from '../../event-log/schemas/files';
import { lockSchemas } from '../../event-log/schemas/lock';
import type { Json } from '../../kernel/json';
import { slotOf } from '../../outbox/hash';
import { contentHashOf } from '../../outbox/stamp';
import { sampleOf } from '../sample';
import { readGoldenEvents } from './files';
import { originOf } from './origins';
import type { EventWriter } from './origins';

/**
 * Writes golden events for every version that has none, as today's code writes them, and locks them: from then on they
 * never change. Answers the files it wrote. Throws for an event nobody writes, or of which no sample can be made.
 */
export function recordGolden(
  writers: readonly EventWriter[],
  directory: string = schemasDirectory,
): readonly string[] {
  const schemas = loadSchemas(directory);
  const kept = new Set(readGoldenEvents(directory).map(({ name }) => name));
  const written = readSchemaFiles(directory, 'events')
    .map((file) => ({ file, name: file.name.replace(/^events/, 'golden') }))
    .filter(({ name }) => !kept.has(name))
    .map(({ file, name }) => ({ name, content: goldenFile(file, { writers, schemas }) }));
  for (const { name, content } of written) {
    const target = path.join(directory, name);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, `${JSON.stringify(content, null, 2)}\n`);
  }
  if (written.length > 0) lockSchemas(directory);
  return written.map(({ name }) => name);
}

interface Sources {
  readonly writers: readonly EventWriter[];
  readonly schemas: SchemaRegistry;
}

/** The least event of a version, as an API call writes it, and the fullest, as a step of a saga does. */
function goldenFile(file: SchemaFile, sources: Sources): { messages: readonly LogMessage[] } {
  const saga = { sagaId: 'golden:1/run-1', step: 'golden step', epoch: 1 } as const;
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  return {
    messages: [
      goldenMessage(file, sources, { least: true }),
      goldenMessage(file, sources, {
        least: false,
        origin: {
          ...{ ...saga, direction: 'forward', correlationId: 'golden:1' },
          ...{ causationId: 'golden:1', traceparent: trace },
        },
      }),
    ],
  };
}

interface Fullness {
  readonly least: boolean;
  readonly origin?: Partial<Parameters<typeof encodeEvent>[0]>;
}

function goldenMessage(
  file: SchemaFile,
  { writers, schemas }: Sources,
  { least, origin = {} }: Fullness,
): LogMessage {
  const { type } = file;
  const data = sampleOf(file.schema, least) as { readonly [member: string]: Json };
  const of = originOf(writers, type);
  const key = of && data[of.id];
  if (of === undefined || typeof key !== 'string') {
    throw new Error(`${type} has no writer\n  fix: name its aggregate in one service's definition`);
  }
  const read = schemas.readClosed(type, versionOf(file), data);
  if (read.verdict !== 'valid') {
    const fix = `write ${file.name.replace(/^events/, 'golden')} by hand, from an event in the log`;
    throw new Error(`No sample of ${type} could be made\n  fix: ${fix}`);
  }
  const content = {
    ...{ aggregateId: `${of.kind}/${key}`, seq: 1, type, schema: versionOf(file) },
    ...{ time: '2026-01-01T00:00:00.000Z', data, ...origin },
  };
  const event = { ...content, slot: slotOf(content.aggregateId, 3) };
  return encodeEvent(
    { ...event, contentHash: contentHashOf(event) },
    { service: of.service, recordedTime: '2026-01-01T00:00:00.100Z', schemaHash: file.hash },
  );
}
