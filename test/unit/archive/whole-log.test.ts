import fc from 'fast-check';
import { exportTopic } from '../../../platform/archive/export';
import { wholeLog } from '../../../platform/archive/reading/whole-log';
import type { LogRecord } from '../../../platform/event-log/ports';
import { readTopic } from '../../../platform/event-log/read-topic';
import type { TopicReading } from '../../../platform/event-log/read-topic';
import { archiveFolder, flipByte } from '../../support/archive-folder';
import { memoryLog } from '../../support/memory-log';

let archive: ReturnType<typeof archiveFolder>;
let log: ReturnType<typeof memoryLog>;
beforeEach(() => {
  archive = archiveFolder();
  log = memoryLog('orders', 2);
});
afterEach(() => archive.remove());

function fill(count: number, from = 0): void {
  for (let n = from; n < from + count; n += 1) {
    log.append(n % 2, { key: `k${n}`, value: `{"n":${n}}`, headers: {} });
  }
}

/** As a broker cuts it: the first record that is later, or the end. */
async function cutAt(_topic: string, timeMs: number) {
  const marks = await log.eventLog.marks(log.topic);
  return new Map(
    marks.map(({ partition, low, high }) => {
      const later = log
        .records()
        .filter((one) => one.partition === partition && BigInt(one.offset) >= low)
        .find(({ stored }) => Number(stored?.timestamp) > timeMs);
      return [partition, later === undefined ? high : BigInt(later.offset)] as const;
    }),
  );
}

const exported = () => {
  const { topic, eventLog } = log;
  return exportTopic({
    ...{ topic, eventLog, folder: archive.folder, groupPrefix: 'test', limits: { records: 3 } },
  });
};
const whole = () => wholeLog({ ...log.eventLog, cutAt }, archive.folder);

async function read(told: Partial<TopicReading> = {}): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const onRecord = (record: LogRecord): void => void records.push(record);
  const { topic } = log;
  await readTopic({
    ...{ eventLog: whole(), topic, groupPrefix: 'test', timeoutMs: 2_000, onRecord, ...told },
  });
  return records.sort((a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset));
}

test('files and brokers read as the one log they were, wherever the seam is and wherever a reading begins and ends', async () => {
  fill(20);
  await exported();
  fill(20, 20);
  const all = log.records();
  const offset = fc.bigInt({ min: 0n, max: 20n });
  const twice = fc.tuple(offset, offset);
  const low = fc.bigInt({ min: 0n, max: 10n });
  await fc.assert(
    fc.asyncProperty(fc.tuple(low, low), twice, twice, async (lows, from, until) => {
      lows.forEach((one, partition) => log.forget(partition, one));
      const told = {
        from: new Map(from.map((one, partition) => [partition, one])),
        until: new Map(until.map((one, partition) => [partition, one])),
      };
      const expected = all.filter(({ partition, offset: text }) => {
        const at = BigInt(text);
        return at >= (from[partition] ?? 0n) && at < (until[partition] ?? 0n);
      });
      expect(await read(told)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
  expect((await whole().marks(log.topic)).map(({ low: begins }) => begins)).toEqual([0n, 0n]);
});

test('a time cuts the whole log where it cut the one that had forgotten nothing', async () => {
  fill(20);
  await exported();
  fill(10, 20);
  const times = log.records().map(({ stored }) => Number(stored?.timestamp));
  const before = await Promise.all(times.map((timeMs) => cutAt(log.topic, timeMs)));
  [0, 1].forEach((partition) => log.forget(partition, 9n));
  const log2 = whole();
  expect(await Promise.all(times.map((timeMs) => log2.cutAt(log.topic, timeMs)))).toEqual(before);
});

test('records that neither files nor brokers have are said to be missing, with their place', async () => {
  fill(10);
  await exported();
  fill(10, 10);
  log.forget(1, 6n);
  await expect(read()).rejects.toThrow(
    'LOG_TRUNCATED: of service-events.orders/1 the files end before 5, and the broker begins at 6',
  );
});

test('a broker that ends before the files do is no continuation of them', async () => {
  fill(10);
  await exported();
  log.lose();
  await expect(read()).rejects.toMatchObject({ code: 'ARCHIVE_AHEAD' });
});

test('at the seam the broker must hold the record that the files end with', async () => {
  fill(10);
  await exported();
  log.lose();
  fill(20, 100);
  await expect(read()).rejects.toMatchObject({ code: 'ARCHIVE_FORKED' });
});

test('a file that was changed ends the reading at once, and every later question', async () => {
  fill(10);
  await exported();
  flipByte(archive.segments(log.topic)[1] ?? '');
  const eventLog = whole();
  await expect(read({ eventLog })).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  await expect(eventLog.marks(log.topic)).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
});

test('what is taken from the broker while it is read comes from the files', async () => {
  fill(10);
  const { eventLog: broker } = log;
  const startConsumer: typeof broker.startConsumer = (reader) =>
    broker.startConsumer({
      ...reader,
      assigned: async (places, flow) => {
        // The places are known; before anything is fetched all of it goes to the files.
        await reader.assigned(places, { ...flow, resume: () => undefined });
        await exported();
        [0, 1].forEach((partition) => log.forget(partition, 4n));
        places.forEach((place) => flow.resume(place));
      },
    });
  const eventLog = wholeLog({ ...broker, cutAt, startConsumer }, archive.folder);
  expect(await read({ eventLog })).toEqual(log.records());
});

test('without an archive, or before the first export, it is the log of the brokers', async () => {
  fill(10);
  expect(await read()).toEqual(log.records());
  const broker = { ...log.eventLog, cutAt };
  expect(wholeLog(broker, '')).toBe(broker);
});
