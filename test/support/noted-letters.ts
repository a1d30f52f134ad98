import { planReadings } from '../../platform/event-log/projector/plan';
import { defineProjection } from '../../platform/event-log/projector/projection';
import { readRecord } from '../../platform/event-log/projector/reading';
import type { LogRecord } from '../../platform/event-log/ports';
import type { StoredEvent } from '../../platform/outbox/ports';
import { anEvent } from './events';
import { openDesk, schemas } from './letter-desk';
import { aRecord } from './log-events';
import { openLogWorld } from './log-world';
import { openedRows } from './read-rows';

type NotedRow = { readonly key: string; readonly seqs: number[]; readonly last: unknown };

/** A read model whose fold throws where a test wants it to, and the desk for its dead letters. */
export async function openNotedLetters() {
  /** Events whose fold throws, as a bug would make it: `<aggregate id>:<seq>`. */
  const failing = new Set<string>();
  const noting = defineProjection<NotedRow>({
    ...{ name: 'noting', services: ['orders'], listBy: [], orderBy: 'key' },
    keys: ({ aggregateId }) => [aggregateId],
    fold: (row, { aggregateId, seq, data }) => {
      if (failing.has(`${aggregateId}:${seq}`)) throw new Error(`a bug at number ${seq}`);
      return { key: aggregateId, seqs: [...(row?.seqs ?? []), seq], last: data };
    },
  });
  const world = await openLogWorld();
  const store = world.openStore();
  await store.migrate([noting]);
  const desk = openDesk(store, [noting]);
  let offset = 0;
  const event = (name: string, seq: number, told: Partial<StoredEvent> = {}) =>
    anEvent({ aggregateId: `order/${name}`, seq, data: { orderId: name }, ...told });
  const listed = async (query = '') =>
    (await desk({ path: `/dead-letters${query}` })).body.letters as Record<string, unknown>[];
  return {
    ...{ failing, noting, world, store, desk, event, listed },
    record: (...[name, seq, told]: Parameters<typeof event>) =>
      aRecord(event(name, seq, told), offset++),
    /** Of a record that stands in the log once more. */
    nextOffset: () => String(offset++),
    /** A payload that its schema refuses. */
    invalid: { type: 'order.rejected', data: { orderId: 5 } } as const,
    /** What the projector does with records, without the way through Kafka. */
    async feed(...records: readonly LogRecord[]) {
      const [{ topic = '', partition = 0 } = {}] = records;
      const claim = await store.claim('noting', { topic, partition });
      const readings = records.map((one) => readRecord(one, noting, schemas));
      return store.apply(claim, readings, (view) => planReadings(noting, view, readings));
    },
    async rows(): Promise<Record<string, number[]>> {
      const told = { instance: world.instance, projection: 'noting' };
      const found = await openedRows<NotedRow>(store, told);
      return Object.fromEntries(found.map(({ row }) => [row.key.slice('order/'.length), row.seqs]));
    },
    async idOf(name: string, seq: number) {
      const found = (await listed('?limit=100')).find(
        (one) => one.aggregateId === `order/${name}` && one.seq === seq,
      );
      return String(found?.id);
    },
    act(id: string, verb: string, more: object = {}, key?: string) {
      const body = { reason: 'ticket 4711', ...more };
      const told = { path: `/dead-letters/${id}/${verb}`, body };
      return desk({ ...told, ...(key === undefined ? {} : { key }) });
    },
    show: async (id: string) => (await desk({ path: `/dead-letters/${id}` })).body,
  };
}

/** A read model with dead letters, as a test holds it. */
export type NotedLetters = Awaited<ReturnType<typeof openNotedLetters>>;
