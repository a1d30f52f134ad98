import {
  followEvents,
  isWanted,
  lastEvents,
  recordReader,
} from '../../../platform/event-log/finding/find';
import type { Found, Wanted } from '../../../platform/event-log/finding/find';
import { inOrder } from '../../../platform/kernel/in-order';
import { eventJson, eventLines } from '../../../cli/events/print';
import { encodeEvent } from '../../../platform/event-log/envelope';
import type { LogRecord } from '../../../platform/event-log/ports';
import { contentHashOf } from '../../../platform/outbox/stamp';

const everything: Wanted = { limit: 10 };

function record(aggregateId: string, seq: number, told: { time?: string; sagaId?: string } = {}) {
  const { time = '2026-11-28T10:00:00.000Z', sagaId } = told;
  const content = {
    ...{ aggregateId, seq, type: 'order.opened', schema: '1.0', time, data: { a: 1 } },
    ...(sagaId === undefined ? {} : { sagaId, step: 'open order', direction: 'undo' as const }),
  };
  const event = { ...content, slot: 0, contentHash: contentHashOf(content) };
  const message = encodeEvent(event, { service: 'orders', recordedTime: time });
  return { ...message, topic: 't', partition: 0, offset: String(seq) } satisfies LogRecord;
}

const found = (...given: Parameters<typeof record>): Found => recordReader()(record(...given));

test.each([
  [{ aggregateId: 'order/1' }, true],
  [{ aggregateId: 'order/2' }, false],
  [{ saga: 'place-order:1' }, true],
  [{ saga: 'place-order:1/run' }, true],
  [{ saga: 'place-order:2' }, false],
  [{ type: 'order.' }, true],
  [{ type: 'payment.' }, false],
  [{}, true],
])('an event of order/1 for place-order:1/run is asked for by %j: %s', (told, expected) => {
  const one = found('order/1', 1, { sagaId: 'place-order:1/run' });
  expect(isWanted(one, { ...everything, ...told })).toBe(expected);
});

test('what cannot be read is shown, with its place, to whoever asks for everything', () => {
  const read = recordReader();
  const { time } = read(record('order/1', 6));
  const broken = read({ ...record('order/1', 7), value: '{"a":2}' });
  // Where it stands: behind what came before it, and not before everything.
  expect(broken.time).toBe(time);
  expect(isWanted(broken, everything)).toBe(true);
  expect(isWanted(broken, { ...everything, type: 'order.' })).toBe(false);
  expect(eventLines(broken)).toEqual([
    't/0@7  cannot be read: CONTENT_HASH_MISMATCH: order/1:7 is not what was sent',
  ]);
});

test('people see where it comes from, and programs all of it', () => {
  const one = found('order/1', 1, { sagaId: 'place-order:1/run' });
  expect(eventLines(one)).toEqual([
    '2026-11-28T10:00:00.000Z  order/1:1  order.opened 1.0  place-order:1/run “open order” (undo)',
    '    {"a":1}',
  ]);
  expect(JSON.parse(eventJson(one))).toMatchObject({ offset: '1', seq: 1, data: { a: 1 } });
});

test('events of several partitions stand in the order they reached the log', () => {
  const late = found('a/1', 1, { time: '2026-11-28T10:00:02.000Z' });
  const early = found('b/1', 1, { time: '2026-11-28T10:00:01.000Z' });
  expect(inOrder([late, early])).toEqual([early, late]);
});

test('of an aggregate one partition is read, and of everything the end alone', async () => {
  const cuts: number[] = [];
  const asked: string[] = [];
  const eventLog = {
    marks: async () => [0, 1, 2].map((partition) => ({ partition, low: 0n, high: 100n })),
    cutAt: async (_topic: string, atMs: number) => (cuts.push(atMs), new Map()),
    startConsumer: (
      reader: Parameters<Parameters<typeof lastEvents>[0]['eventLog']['startConsumer']>[0],
    ) => {
      const seek = ({ partition }: { partition: number }, offset: bigint): void => {
        asked.push(`${partition}@${offset}`);
      };
      const flow = { seek, pause: () => undefined, resume: () => undefined };
      const places = [0, 1, 2].map((partition) => ({ topic: 't', partition }));
      void reader.assigned(places, flow).then(() => reader.failed?.(new Error('enough')));
      return { isJoined: () => true, stop: async () => undefined };
    },
  };
  const reading = { eventLog, topics: ['t'], groupPrefix: 'g', read: () => undefined };
  await expect(lastEvents(reading, everything)).rejects.toThrow('enough');
  expect(asked).toEqual(['0@90', '1@90', '2@90']);
  asked.length = 0;
  await expect(lastEvents(reading, { ...everything, aggregateId: 'order/1' })).rejects.toThrow();
  expect(asked.filter((one) => one.endsWith('@0'))).toHaveLength(1);
  expect(asked.filter((one) => one.endsWith('@100'))).toHaveLength(2);
  for (const sinceMs of [1_000, Date.parse('0020-02-29T00:00:00Z')])
    await expect(lastEvents(reading, { ...everything, sinceMs })).rejects.toThrow();
  expect(cuts).toEqual([1_000, 0]);
});

test('who follows is told each once, also where the group is shared out again', async () => {
  type Reader = Parameters<Parameters<typeof followEvents>[0]['eventLog']['startConsumer']>[0];
  let reader: Reader | undefined;
  const eventLog = {
    marks: async () => [],
    cutAt: async () => new Map<number, bigint>(),
    startConsumer: (told: Reader) => {
      reader = told;
      return { isJoined: () => true, stop: async () => undefined };
    },
  };
  const shown: (string | undefined)[] = [];
  const following = followEvents(
    { eventLog, topics: ['t'], groupPrefix: 'g', read: () => undefined },
    {
      ...{ ends: new Map([['t', new Map([[0, 2n]])]]), wanted: everything },
      show: ({ offset }) => shown.push(offset),
    },
  );
  const sought: bigint[] = [];
  const place = { topic: 't', partition: 0 };
  const flow = {
    ...{ pause: () => undefined, resume: () => undefined },
    seek: (_place: typeof place, offset: bigint) => void sought.push(offset),
  };
  const batch = (...seqs: number[]) => ({
    ...place,
    records: seqs.map((seq) => record('order/1', seq)),
    ...{ high: 9n, isCurrent: () => true, heartbeat: async () => undefined },
  });
  await reader?.assigned([place], flow);
  await reader?.read(batch(2, 3), flow);
  await reader?.assigned([place], flow);
  await reader?.read(batch(3, 4), flow);
  expect([sought, shown]).toEqual([
    [2n, 4n],
    ['2', '3', '4'],
  ]);
  reader?.failed?.(new Error('the log is not whole'));
  await expect(following.failed).rejects.toThrow('not whole');
});
