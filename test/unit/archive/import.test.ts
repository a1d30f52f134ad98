import { exportTopic } from '../../../platform/archive/export';
import { importTopic } from '../../../platform/archive/import';
import type { ImportOptions } from '../../../platform/archive/import';
import type { LogKeeper } from '../../../platform/event-log/ports';
import { archiveFolder, flipByte } from '../../support/archive-folder';
import { memoryLog } from '../../support/memory-log';

let archive: ReturnType<typeof archiveFolder>;
let log: ReturnType<typeof memoryLog>;
let before: ReturnType<typeof log.records>;
beforeEach(async () => {
  archive = archiveFolder();
  log = memoryLog('orders', 2);
  for (let n = 0; n < 1_500; n += 1) append(n % 2, `k${n}`);
  before = log.records();
  const { topic, eventLog } = log;
  const { folder } = archive;
  await exportTopic({ topic, eventLog, folder, groupPrefix: 'test', limits: { records: 700 } });
  log.lose();
});
afterEach(() => archive.remove());

const append = (partition: number, key: string): void =>
  log.append(partition, { key, value: '{}', headers: {} });

const appendStored: LogKeeper['appendStored'] = async ({ partition }, messages) => {
  const held = (await log.eventLog.marks(log.topic))[partition]?.high ?? 0n;
  for (const stored of messages) log.appendStored(partition, stored);
  return held;
};

const filled = (told: Partial<ImportOptions> = {}) =>
  importTopic({
    ...{ topic: log.topic, eventLog: log.eventLog, folder: archive.folder, groupPrefix: 'test' },
    ...{ keeper: { appendStored }, confirm: async () => undefined, ...told },
  });

test('a topic that was lost has every record again, at the offset and with the time it had', async () => {
  expect(await filled()).toMatchObject({ records: 1_500, ends: { 0: '750', 1: '750' } });
  expect(log.records()).toEqual(before);
  expect(await filled()).toMatchObject({ records: 0, ends: { 0: '750', 1: '750' } });
});

test('an import that was broken off is gone on with', async () => {
  let appends = 0;
  const confirm = async (): Promise<void> => {
    appends += 1;
    if (appends === 3) throw new Error('killed');
  };
  await expect(filled({ confirm })).rejects.toThrow('killed');
  expect(log.records().length).toBeGreaterThan(500);
  await filled();
  expect(log.records()).toEqual(before);
});

test('a topic that holds anything else is left alone', async () => {
  append(0, 'other');
  await expect(filled()).rejects.toMatchObject({ code: 'TOPIC_NOT_EMPTY' });
  expect(log.records()).toHaveLength(1);
});

test('somebody else who writes meanwhile ends it', async () => {
  const confirm = async (): Promise<void> => append(0, 'other');
  await expect(filled({ confirm })).rejects.toMatchObject({ code: 'TOPIC_NOT_EMPTY' });
});

test('nothing is appended from files that are not what was exported', async () => {
  flipByte(archive.segments(log.topic).at(-1) ?? '');
  await expect(filled()).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  expect(log.records()).toEqual([]);
});
