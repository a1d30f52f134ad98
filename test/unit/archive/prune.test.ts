import { exportTopic } from '../../../platform/archive/export';
import { pruneTopic } from '../../../platform/archive/prune';
import type { PruneOptions } from '../../../platform/archive/prune';
import { archiveFolder, flipByte } from '../../support/archive-folder';
import { memoryLog } from '../../support/memory-log';

let archive: ReturnType<typeof archiveFolder>;
let log: ReturnType<typeof memoryLog>;
beforeEach(async () => {
  archive = archiveFolder();
  log = memoryLog('orders', 2);
  fill(20);
  const { topic, eventLog } = log;
  const { folder } = archive;
  await exportTopic({ topic, eventLog, folder, groupPrefix: 'test', limits: { records: 3 } });
  fill(10);
});
afterEach(() => archive.remove());

function fill(count: number): void {
  for (let n = 0; n < count; n += 1) {
    log.append(n % 2, { key: `k${n}`, value: '{}', headers: {} });
  }
}

const at = (...offsets: readonly bigint[]) =>
  new Map(offsets.map((offset, partition) => [partition, offset]));
const lows = async () => (await log.eventLog.marks(log.topic)).map(({ low }) => low);

function prune(told: Partial<PruneOptions> = {}) {
  return pruneTopic({
    ...{ topic: log.topic, eventLog: log.eventLog, folder: archive.folder, groupPrefix: 'test' },
    ...{ youngFrom: at(15n, 15n), followers: [], isDryRun: false },
    keeper: {
      forgetBefore: async (_topic, offsets) =>
        offsets.forEach((offset, partition) => log.forget(partition, offset)),
    },
    ...told,
  });
}

test('what the files hold is forgotten, but for the record that they end with', async () => {
  expect(await prune()).toMatchObject({ verdict: 'pruned', records: 18, findings: [] });
  expect(await lows()).toEqual([9n, 9n]);
  expect(await prune()).toMatchObject({ verdict: 'planned', records: 0 });
});

test('a dry run tells the same, and forgets nothing', async () => {
  expect(await prune({ isDryRun: true })).toMatchObject({ verdict: 'planned', records: 18 });
  expect(await lows()).toEqual([0n, 0n]);
});

test('what is young stays', async () => {
  const { partitions } = await prune({ youngFrom: at(4n, 0n) });
  expect(partitions.map(({ keptBy }) => keptBy)).toEqual(['age', 'age']);
  expect(await lows()).toEqual([4n, 0n]);
});

test('what a follower has not read stays, and one that never began has read nothing', async () => {
  const followers = [
    { name: 'ahead', next: at(15n, 15n) },
    { name: 'behind', next: new Map([[0, 2n]]) },
  ];
  const { partitions } = await prune({ followers });
  expect(partitions.map(({ keptBy }) => keptBy)).toEqual(['behind', 'behind']);
  expect(await lows()).toEqual([2n, 0n]);
});

test('nothing of the topic is forgotten where a file is not what was exported', async () => {
  flipByte(archive.segments(log.topic)[1] ?? '');
  const refused = await prune();
  expect(refused).toMatchObject({ verdict: 'refused', findings: [{ code: 'ARCHIVE_DAMAGED' }] });
  expect(await lows()).toEqual([0n, 0n]);
});

test('nothing of the topic is forgotten where the broker has another record than the files', async () => {
  log.lose();
  for (let n = 0; n < 30; n += 1) {
    log.append(n % 2, { key: n === 7 ? 'other' : `k${n % 20}`, value: '{}', headers: {} });
  }
  const refused = await prune();
  expect(refused).toMatchObject({ verdict: 'refused' });
  expect(refused.findings[0]?.code).toBe('ARCHIVE_FORKED');
  expect(await lows()).toEqual([0n, 0n]);
});

test('without files nothing is forgotten', async () => {
  archive.remove();
  const { partitions } = await prune();
  expect(partitions.map(({ keptBy }) => keptBy)).toEqual(['files', 'files']);
  expect(await lows()).toEqual([0n, 0n]);
  archive = archiveFolder();
});
