import { decodeEvent, encodeEvent, EnvelopeError } from '../../../../platform/event-log/envelope';
import type { LogMessage } from '../../../../platform/event-log/ports';
import { planReadings } from '../../../../platform/event-log/projector/plan';
import { readRecord } from '../../../../platform/event-log/projector/reading';
import type { View } from '../../../../platform/event-log/projector/view';
import { loadSchemas } from '../../../../platform/event-log/schema-registry';
import { readSchemaFiles, versionOf } from '../../../../platform/event-log/schemas/files';
import type { SchemaFile } from '../../../../platform/event-log/schemas/files';
import { isFault } from '../../../../platform/kernel/faults';
import type { Json } from '../../../../platform/kernel/json';
import { Random } from '../../../../platform/testing/random';
import { projections } from '../../../../projections';
import { anEvent } from '../../../support/events';
import { randomInstance } from './instances';
import { known, mutated, spoiled } from './mutations';

/** How many events of each version; `npm run test:schemas` plays many more, from another seed each time. */
const count = Number(process.env.HOLDFAST_TEST_EVENTS ?? 8);
const firstSeed = Number(process.env.HOLDFAST_TEST_SEED ?? 1);

type Data = { readonly [member: string]: Json };

const schemas = loadSchemas();
const files = readSchemaFiles();
const cases = files.map((file) => [`${file.type} ${versionOf(file)}`, file] as const);

/** Plays something with many seeds; a failure names the seed that repeats it. */
function manyTimes(file: SchemaFile, play: (data: Data, random: Random) => void): void {
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const random = new Random(seed * 1_000 + files.indexOf(file));
    const data = randomInstance(file.schema, random) as Data;
    try {
      play(data, random);
    } catch (error) {
      const of = `${file.name} with HOLDFAST_TEST_SEED=${seed} HOLDFAST_TEST_EVENTS=1`;
      throw new Error(`${of}: ${String(error)}\n${JSON.stringify(data)}`, { cause: error });
    }
  }
}

/** Every version of the same event and major, the file's own among them. */
const sameMajor = ({ type, major }: SchemaFile) =>
  files.filter((other) => other.type === type && other.major === major);

const messageOf = ({ type }: SchemaFile, version: string, data: Data): LogMessage =>
  encodeEvent(anEvent({ type, schema: version, data }), {
    ...{ service: 'orders', recordedTime: '2026-01-01T00:00:00.000Z' },
  });

const nothing: View = {
  nextOffset: 0n,
  positions: new Map(),
  applied: new Map(),
  queues: new Map(),
  rows: new Map(),
};

/** What a projector makes of a message it has never seen; it must not throw, whatever is in it. */
function projected(message: LogMessage): void {
  const record = { ...message, topic: 'service-events.orders', partition: 0, offset: '0' };
  for (const projection of projections) {
    const reading = readRecord(record, projection, schemas);
    const { applied, letters, halt } = planReadings(projection, nothing, [reading]);
    expect(applied.length + letters.length + (halt ? 1 : 0)).toBe(1);
  }
}

/** The code a writer refuses with; undefined where it takes the data. */
function refusal(type: string, data: Json): string | undefined {
  try {
    schemas.check(type, data);
    return undefined;
  } catch (error) {
    if (isFault(error)) return error.code;
    throw error;
  }
}

test.each(cases)(
  'what a writer of %s may write is read by every version of its major',
  (_, file) => {
    manyTimes(file, (data) => {
      const version = versionOf(file);
      expect(schemas.readClosed(file.type, version, data)).toEqual({ verdict: 'valid' });
      const message = messageOf(file, version, data);
      expect(decodeEvent(message).data).toEqual(data);
      for (const reader of sameMajor(file)) {
        const verdict = schemas.read(file.type, versionOf(reader), data);
        expect({ reader: reader.name, ...verdict }).toEqual({
          reader: reader.name,
          verdict: 'valid',
        });
      }
      projected(message);
    });
  },
);

test.each(cases)('what nobody may write of %s is refused, or harms no reader', (_, file) => {
  manyTimes(file, (data, random) => {
    const version = versionOf(file);
    const changed = mutated(data, random);
    const closed = schemas.readClosed(file.type, version, changed);
    if (closed.verdict === 'invalid' && sameMajor(file).at(-1) === file) {
      expect(refusal(file.type, changed)).toBe('EVENT_INVALID');
    }
    const read = schemas.read(file.type, version, changed);
    if (closed.verdict === 'valid') expect(read).toEqual({ verdict: 'valid' });
    // What a reader lets pass is what a writer may write, and members it does not look at.
    if (read.verdict === 'valid') {
      const seen = known(changed, file.schema);
      expect(schemas.readClosed(file.type, version, seen)).toEqual({ verdict: 'valid' });
    } else expect(read).toMatchObject({ verdict: 'invalid', detail: expect.any(String) as string });
    projected(messageOf(file, version, changed));
  });
});

test.each(cases)('what is changed on the way of %s is found by its reader', (_, file) => {
  manyTimes(file, (data, random) => {
    const message = messageOf(file, versionOf(file), data);
    const changed = spoiled(message, random);
    projected(changed);
    try {
      const { contentHash, data: arrived } = decodeEvent(changed);
      expect(contentHash).toBe(message.headers.ce_contenthash);
      expect(arrived).toEqual(data);
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      expect(['ENVELOPE_INVALID', 'CONTENT_HASH_MISMATCH']).toContain(error.code);
    }
  });
});
