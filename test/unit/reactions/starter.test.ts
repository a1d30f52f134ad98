import { reactOnce, startStarter } from '../../../platform/reactions/starter';
import type {
  PendingStart,
  PendingTell,
  StarterOptions,
} from '../../../platform/reactions/starter';
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
  const states: string[] = [];
  const postponed: string[] = [];
  const starts: string[] = [];
  let settling: () => void = () => undefined;
  const options: StarterOptions = {
    log: silentLog,
    records: {
      pending: async () => [],
      async settle({ row }, state) {
        settling();
        settled.push(row.eventId);
        states.push(state);
      },
      aim: async () => undefined,
      postpone: async (_pending, dueAt) => void postponed.push(dueAt.toISOString()),
    },
    tell: async () => 'nobody',
    isTaken: async () => false,
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
    ...{ options, temporal, journal, settled, states, postponed, starts },
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
  expect(await reactOnce(options, pending)).toBe('started');
  expect([starts, settled]).toEqual([['file-note:1'], ['note/n-1:1']]);
});

test.each([
  ['Temporal remembers it, and the journal has no record yet', 'exists'],
  ['Temporal has forgotten it, and the journal has not', 'journaled'],
])('who died between start and note starts nothing again: %s', async (_what, outcome) => {
  const { options, temporal, journal, settled, starts, dieWhenSettling } = world();
  dieWhenSettling();
  await expect(reactOnce(options, pending)).rejects.toThrow('killed');
  if (outcome === 'exists') journal.clear();
  else temporal.clear();
  expect(await reactOnce(options, pending)).toBe(outcome);
  expect([starts, settled]).toEqual([['file-note:1'], ['note/n-1:1']]);
});

test('nothing is noted while Temporal is away', async () => {
  const { options, settled } = world();
  const away = { ...options, start: async () => Promise.reject(new Error('away')) };
  await expect(reactOnce(away, pending)).rejects.toThrow('away');
  expect(settled).toEqual([]);
});

test('rows are started one by one, whether or not anybody watches', async () => {
  const { options, settled, starts } = world();
  const left = [pending];
  const settledAll = new Promise<void>((resolve) => {
    const starter = startStarter({
      ...options,
      records: {
        ...options.records,
        pending: async () => left.splice(0),
        async settle(one, state) {
          await options.records.settle(one, state);
          void starter.stop();
          resolve();
        },
      },
    });
  });
  await settledAll;
  expect([starts, settled]).toEqual([['file-note:1'], ['note/n-1:1']]);
});

test('a look that fails is counted, and says nothing about how many wait', async () => {
  const { options } = world();
  const said: string[] = [];
  let looks = 0;
  await new Promise<void>((resolve) => {
    const starter = startStarter({
      ...options,
      waiting: (rows) => void said.push(`${rows} wait`),
      unread: () => void said.push('unread'),
      records: {
        ...options.records,
        async pending(_limitMax, signal) {
          looks += 1;
          if (looks === 2) throw new Error('away');
          if (looks === 3) void starter.stop().then(resolve);
          said.push(`${looks}: ${signal?.aborted === true ? 'stop' : 'go on'}`);
          return [];
        },
      },
    });
  });
  expect(said).toEqual(['1: go on', '0 wait', 'unread', '3: stop', '0 wait']);
});

describe('what a saga is told', () => {
  const tell: PendingTell = {
    reaction: 'on-tell-notes',
    row: {
      ...{ eventId: 'note/n-1:1', eventTime: '2026-11-26T10:00:00.000Z', saga: 'file-note' },
      ...{ wait: 'note', jti: '0123456789abcdef', businessKey: 'n-1', input: {} },
      ...{ until: '2026-11-26T11:00:00.000Z', state: 'pending' },
    },
  };

  const taken = `file-note:1 ${tell.row.jti}`;

  test('is noted once a saga has taken it', async () => {
    const { options, states, postponed } = world();
    expect(await reactOnce({ ...options, tell: async () => 'told' }, tell)).toBe('told');
    expect([states, postponed]).toEqual([['told'], []]);
  });

  test('is told again after a death between the two, and noted then', async () => {
    const { options, states, dieWhenSettling } = world();
    const told: string[] = [];
    const again = {
      ...options,
      tell: async ({ row }: PendingTell) => {
        told.push(row.jti);
        return 'told' as const;
      },
    };
    dieWhenSettling();
    await expect(reactOnce(again, tell)).rejects.toThrow('killed');
    expect(await reactOnce(again, tell)).toBe('told');
    expect([new Set(told), states]).toEqual([new Set([tell.row.jti]), ['told']]);
  });

  test.each([
    ['nobody', '10:00:02.000', '10:00:03.000'],
    ['refused', '10:05:00.000', '10:05:30.000'],
    ['nobody', '10:59:30.000', '11:00:00.000'],
  ] as const)('waits for a saga: %s at %s, again at %s', async (answer, now, again) => {
    const { options, states, postponed } = world();
    const clock = () => Date.parse(`2026-11-26T${now}Z`);
    expect(await reactOnce({ ...options, clock, tell: async () => answer }, tell)).toBe(answer);
    expect([states, postponed]).toEqual([[], [`2026-11-26T${again}Z`]]);
  });

  test('is given up, and said so, when nobody waited for it in time', async () => {
    const { options, states } = world();
    const clock = () => Date.parse(tell.row.until);
    expect(await reactOnce({ ...options, clock }, tell)).toBe('unheard');
    expect(states).toEqual(['unheard']);
  });

  test('was sent before and not noted: where the journal has it, it is not sent again', async () => {
    const { options, states } = world();
    const sent = { ...tell, row: { ...tell.row, target: 'file-note:1' } };
    const known = {
      ...options,
      isTaken: async (id: string, jti: string) => `${id} ${jti}` === taken,
    };
    expect(await reactOnce(known, sent)).toBe('told');
    expect(await reactOnce(known, tell)).toBe('unheard');
    expect(states).toEqual(['told', 'unheard']);
  });

  test('is not noted while nobody can be asked', async () => {
    const { options, states, postponed } = world();
    const away = { ...options, tell: async () => Promise.reject(new Error('away')) };
    await expect(reactOnce(away, tell)).rejects.toThrow('away');
    expect([states, postponed]).toEqual([[], []]);
  });
});
