import type { ServiceStore } from '../../../platform/outbox/ports';
import { renewingStore } from '../../../platform/outbox/renewing';

interface Told {
  readonly events: string[];
  readonly wakes: (() => void)[];
  answer?: () => void;
}

/** A store that says what it is asked, and answers a ping when it is told to. */
function toldStore(name: string, { events, wakes }: Told, told: Told): ServiceStore {
  const stub: Partial<ServiceStore> = {
    tablesVersion: 3,
    ping: () =>
      new Promise((resolve) => {
        events.push(`${name} asked`);
        told.answer = resolve;
      }),
    subscribe: (wake) => {
      wakes.push(wake);
      return () => void events.push(`${name} unsubscribed`);
    },
    close: async () => void events.push(`${name} closed`),
  };
  return stub as ServiceStore;
}

function opened() {
  const told: Told = { events: [], wakes: [] };
  let renew = (): void => undefined;
  let eras = 0;
  const store = renewingStore(
    () => toldStore(`store ${(eras += 1)}`, told, told),
    (listener) => {
      renew = listener;
      return () => void told.events.push('stopped');
    },
  );
  return { told, store, renew: () => renew() };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a question that was asked before a renewal is answered before its store is closed', async () => {
  const { told, store, renew } = opened();
  const asked = store.ping(1);
  const answerFirst = told.answer;
  renew();
  const next = store.ping(1);
  expect(told.events).toEqual(['store 1 asked', 'store 2 asked']);
  answerFirst?.();
  await asked;
  expect(told.events.at(-1)).toBe('store 1 closed');
  told.answer?.();
  await next;
  await store.close();
  expect(told.events.slice(-2)).toEqual(['stopped', 'store 2 closed']);
});

test('a store that nobody asks anything is closed at once, and what is no question stays', async () => {
  const { told, store, renew } = opened();
  renew();
  await settled();
  expect(told.events).toEqual(['store 1 closed']);
  expect(store.tablesVersion).toBe(3);
  await store.close();
});

test('whoever waits for events waits at the new store, and is woken for what came in between', async () => {
  const { told, store, renew } = opened();
  let woken = 0;
  const stop = store.subscribe(() => (woken += 1));
  renew();
  expect(woken).toBe(1);
  told.wakes[1]?.();
  expect(woken).toBe(2);
  stop();
  expect(told.events).toEqual(['store 1 unsubscribed', 'store 1 closed', 'store 2 unsubscribed']);
  renew();
  expect(told.wakes).toHaveLength(2);
  await store.close();
});
