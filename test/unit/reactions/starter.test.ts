import { startOne, startStarter } from '../../../platform/reactions/starter';
import type { PendingStart, StarterOptions } from '../../../platform/reactions/starter';
import { silentLog } from '../../../platform/runtime/log';

const pending: PendingStart = {
  reaction: 'on-file-notes',
  row: {
    ...{ eventId: 'note/n-1:1', eventTime: '2026-11-26T10:00:00.000Z', saga: 'file-note' },
    ...{ workflowId: 'file-note:1', businessKey: 'n-1', input: {}, requestHash: 'h' },
    state: 'pending',
  },
};

/** Temporal and the journal, as far as a start can tell; each forgets when it is told to. */
function world() {
  const temporal = new Set<string>();
  const journal = new Set<string>();
  const settled: string[] = [];
  const starts: string[] = [];
  let settling: () => void = () => undefined;
  const options: StarterOptions = {
    log: silentLog,
    records: {
      pending: async () => [],
      async settle({ row }) {
        settling();
        settled.push(row.eventId);
      },
    },
    isJournaled: async (id) => journal.has(id),
    async start({ row: { workflowId } }) {
      if (temporal.has(workflowId)) return 'exists';
      temporal.add(workflowId);
      journal.add(workflowId);
      starts.push(workflowId);
      return 'started';
    },
  };
  return {
    ...{ options, temporal, journal, settled, starts },
    dieWhenSettling: () => {
      settling = () => {
        settling = () => undefined;
        throw new Error('killed');
      };
    },
  };
}

test('a saga is started, and then noted', async () => {
  const { options, settled, starts } = world();
  expect(await startOne(options, pending)).toBe('started');
  expect([starts, settled]).toEqual([['file-note:1'], ['note/n-1:1']]);
});

test.each([
  ['Temporal remembers it, and the journal has no record yet', 'exists'],
  ['Temporal has forgotten it, and the journal has not', 'journaled'],
])('who died between start and note starts nothing again: %s', async (_what, outcome) => {
  const { options, temporal, journal, settled, starts, dieWhenSettling } = world();
  dieWhenSettling();
  await expect(startOne(options, pending)).rejects.toThrow('killed');
  if (outcome === 'exists') journal.clear();
  else temporal.clear();
  expect(await startOne(options, pending)).toBe(outcome);
  expect([starts, settled]).toEqual([['file-note:1'], ['note/n-1:1']]);
});

test('nothing is noted while Temporal is away', async () => {
  const { options, settled } = world();
  const away = { ...options, start: async () => Promise.reject(new Error('away')) };
  await expect(startOne(away, pending)).rejects.toThrow('away');
  expect(settled).toEqual([]);
});

test('rows are started one by one, whether or not anybody watches', async () => {
  const { options, settled, starts } = world();
  const left = [pending];
  const settledAll = new Promise<void>((resolve) => {
    const starter = startStarter({
      ...options,
      records: {
        pending: async () => left.splice(0),
        async settle(one) {
          await options.records.settle(one);
          void starter.stop();
          resolve();
        },
      },
    });
  });
  await settledAll;
  expect([starts, settled]).toEqual([['file-note:1'], ['note/n-1:1']]);
});
