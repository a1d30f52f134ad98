import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { exportTopic } from '../../../platform/archive/export';
import { lineOf, recordIn } from '../../../platform/archive/files/line';
import type { Manifest } from '../../../platform/archive/files/manifest';
import { verifyTopic } from '../../../platform/archive/verify';
import { recordOf } from '../../../platform/event-log/stored';
import { archiveFolder, flipByte } from '../../support/archive-folder';
import { memoryLog } from '../../support/memory-log';

const message = (n: number) => ({ key: `k${n}`, value: `{"n":${n}}`, headers: { h: 'ä' } });

let archive: ReturnType<typeof archiveFolder>;
let log: ReturnType<typeof memoryLog>;
beforeEach(() => {
  archive = archiveFolder();
  log = memoryLog('orders', 2);
  fill(10);
});
afterEach(() => archive.remove());

function fill(count: number): void {
  for (let n = 0; n < count; n += 1) log.append(n % 2, message(n));
}

const options = () => {
  const { topic, eventLog } = log;
  return { topic, eventLog, folder: archive.folder, groupPrefix: 'test' };
};
const exported = (records = 2) => exportTopic({ ...options(), limits: { records } });
const verified = () => verifyTopic(options());
const manifest = () => JSON.parse(readFileSync(archive.manifest(log.topic), 'utf8')) as Manifest;

test('what is exported is whole, and equal to what the brokers hold', async () => {
  expect(await exported()).toMatchObject({ records: 10, segments: 6, ends: { 0: '5', 1: '5' } });
  expect(await verified()).toMatchObject({ records: 10, segments: 6, compared: 10, findings: [] });
});

test('an export goes on where the last one ended, and touches no closed file', async () => {
  await exported();
  const before = archive.segments(log.topic).map((file) => [file, readFileSync(file, 'hex')]);
  expect(await exported()).toMatchObject({ records: 0, segments: 0 });
  fill(4);
  expect(await exported()).toMatchObject({ records: 4, segments: 2, ends: { 0: '7', 1: '7' } });
  expect(before.map(([file = '']) => [file, readFileSync(file, 'hex')])).toEqual(before);
  expect(await verified()).toMatchObject({ records: 14, compared: 14, findings: [] });
});

test('records are kept byte for byte, also where they are no text', () => {
  const place = { topic: 't', partition: 0 };
  const bytes = Buffer.from([0xff, 0, 0xc3]);
  const strange = {
    timestamp: '1',
    key: null,
    value: bytes,
    headers: { a: [bytes, 'x'], b: null },
  };
  const read = recordIn(place, lineOf(recordOf(place, '7', strange)));
  expect(read).toMatchObject({ offset: '7', key: '', headers: { b: '' } });
  expect(read.stored).toEqual({ ...strange, headers: { a: [bytes, Buffer.from('x')], b: null } });
});

test('a byte that changed is named by its file', async () => {
  await exported();
  const [, file = ''] = archive.segments(log.topic);
  flipByte(file);
  const { findings } = await verified();
  expect(findings.map(({ code }) => code)).toEqual(['ARCHIVE_DAMAGED']);
  expect(findings[0]?.detail).toContain(file);
});

test('a record that was altered in a file of sound form is named by the file', async () => {
  await exported();
  const [, file = ''] = archive.segments(log.topic);
  const text = gunzipSync(readFileSync(file)).toString();
  expect(text).toContain('"key":"k4"');
  writeFileSync(file, gzipSync(text.replace('"key":"k4"', '"key":"k5"')));
  const { topic } = log;
  const { folder } = archive;
  const { findings } = await verifyTopic({ topic, folder, groupPrefix: 'test' });
  expect(findings.map(({ code }) => code)).toEqual(['ARCHIVE_DAMAGED']);
  expect(findings[0]?.detail).toContain(file);
});

test('a file that is missing, or stands in for another, is named', async () => {
  await exported();
  const [first = '', second = '', third = ''] = archive.segments(log.topic);
  rmSync(first);
  renameSync(second, third);
  const { findings } = await verified();
  expect(
    findings.map(({ detail }) => [first, second, third].filter((one) => detail.includes(one))),
  ).toEqual([...[[first], [second], [third]]]);
});

test.each([
  ['taken out', (all: object[]) => all.slice(1)],
  ['swapped', ([a = {}, b = {}, ...rest]: object[]) => [b, a, ...rest]],
  ['changed', ([a = {}, ...rest]: object[]) => [{ ...a, newestMs: 1 }, ...rest]],
])('an entry of the manifest that is %s breaks the chain', async (_title, change) => {
  await exported();
  const told = manifest();
  const partitions = { ...told.partitions, 0: change(told.partitions['0'] ?? []) };
  writeFileSync(archive.manifest(log.topic), JSON.stringify({ ...told, partitions }));
  const { findings } = await verified();
  expect(findings.map(({ code }) => code)).toEqual(['ARCHIVE_DAMAGED']);
  await expect(exported()).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
});

test('what an export that was killed left behind is nothing, and is written again', async () => {
  await exported();
  const sound = readFileSync(archive.manifest(log.topic));
  fill(4);
  await exported();
  const late = archive.segments(log.topic).at(-1) ?? '';
  writeFileSync(archive.manifest(log.topic), sound);
  writeFileSync(late, 'torn');
  writeFileSync(`${late}.tmp`, 'torn');
  expect(await verified()).toMatchObject({ records: 10, findings: [] });
  expect(await exported()).toMatchObject({ records: 4 });
  expect(await verified()).toMatchObject({ records: 14, findings: [] });
});

test('records that are another at the brokers are named', async () => {
  await exported();
  log.lose();
  for (let n = 0; n < 10; n += 1) log.append(n % 2, message(n === 4 ? 44 : n));
  const { findings } = await verified();
  expect(findings.map(({ code, detail }) => `${code} ${detail.includes('/0@2 ')}`)).toContain(
    'ARCHIVE_FORKED true',
  );
});

test('a beginning that the brokers have forgotten, and of which there are no files, is named', async () => {
  expect(await verified()).toMatchObject({ segments: 0, findings: [] });
  log.forget(1, 2n);
  const { findings } = await verified();
  expect(findings).toMatchObject([{ code: 'LOG_TRUNCATED' }]);
  expect(findings[0]?.detail).toContain('orders/1 begins at 2');
});

describe('nothing is exported', () => {
  test('behind records that the brokers have forgotten', async () => {
    log.forget(0, 1n);
    await expect(exported()).rejects.toMatchObject({ code: 'LOG_TRUNCATED' });
    log.forget(0, 0n);
    await exported();
    fill(4);
    log.forget(1, 6n);
    await expect(exported()).rejects.toThrow(/orders\/1 the files end before 5.*begins at 6/);
  });

  test('of a topic that ends before the files do', async () => {
    await exported();
    log.lose();
    await expect(exported()).rejects.toMatchObject({ code: 'ARCHIVE_AHEAD' });
  });

  test('of a topic that holds another record where the files end', async () => {
    await exported();
    log.lose();
    for (let n = 100; n < 120; n += 1) log.append(n % 2, message(n));
    await expect(exported()).rejects.toMatchObject({ code: 'ARCHIVE_FORKED' });
  });

  test('over a hole in the offsets', async () => {
    const { eventLog } = log;
    const startConsumer: typeof eventLog.startConsumer = (reader) =>
      eventLog.startConsumer({
        ...reader,
        read: (batch, flow) =>
          reader.read(
            { ...batch, records: batch.records.filter(({ offset }) => offset !== '2') },
            flow,
          ),
      });
    const holed = exportTopic({ ...options(), eventLog: { ...eventLog, startConsumer } });
    await expect(holed).rejects.toMatchObject({ code: 'LOG_HOLE' });
  });
});
