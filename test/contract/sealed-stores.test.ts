import { rawRows } from '../../cli/attack/raw-rows';
import type { RawRows, RowMember, RowName } from '../../cli/attack/raw-rows';
import type { ServiceStore, StoredEvent } from '../../platform/outbox/ports';
import { asBytes, createSealing } from '../../platform/outbox/sealing';
import type { SealedForm } from '../../platform/outbox/sealing';
import { eventLimits } from '../../platform/outbox/stamp';
import type { EnvelopeRefusal } from '../../platform/security/keys/envelope';
import { createVault, fixedKeys } from '../../platform/security/keys/vault';
import { boxParticipant, stepOf } from '../support/box-service';
import type { Box } from '../support/box-service';
import { anEvent, doneStep } from '../support/events';
import { answered } from '../support/fence-play';
import { freshInstance, storeCases } from '../support/stores';
import { testKey, testVault } from '../support/test-keys';
import { configFor } from '../support/world';

/** How each database keeps a sealed text. */
const forms: Readonly<Record<string, SealedForm>> = { dynamodb: asBytes };

const databases = storeCases.filter(({ name }) => name !== 'memory');
const stepName = 'put coins';

const aggregateRow = (id: string): RowName => ({ aggregate: id });
const eventRow = (id: string): RowName => ({ event: [id, 1] });
/** Whose database of a test world the boxes are in, by store. */
const hosts = { postgres: 'payments', mongodb: 'orders', dynamodb: 'inventory' } as const;
const rawOf = (name: string, instance: string): Promise<RawRows> => {
  const store = name as keyof typeof hosts;
  return rawRows[store](configFor(hosts[store], instance));
};

const stepRow = (id: string): RowName => ({ step: { sagaId: id, step: stepName } });

/** The rows that one `put` into one box leaves, and the member of each that holds content. */
const rowsOf = (id: string): readonly (readonly [RowName, RowMember])[] => [
  [aggregateRow(id), 'state'],
  [eventRow(id), 'data'],
  [stepRow(id), 'result'],
];

describe.each(databases)('content kept on $name', ({ name, open }) => {
  const refusals: EnvelopeRefusal[] = [];
  const instance = freshInstance();
  const vault = createVault({
    keys: fixedKeys([testKey('boxes')]),
    refused: (reason) => void refusals.push(reason),
  });
  let store: ServiceStore<Box>;
  let raw: RawRows;

  beforeAll(async () => {
    store = open(instance, { service: 'boxes', vault });
    await store.migrate();
    raw = await rawOf(name, instance);
  });
  beforeEach(() => void refusals.splice(0));
  afterAll(() => Promise.all([store.close(), raw.close()]));

  const put = (id: string) => answered(boxParticipant(store), stepOf(id, [id]).forward(0));
  const eventOf = async (id: string, seq = 1) => {
    const after = { aggregateId: id, seq: seq - 1 };
    return (await store.history({ after, limitMax: 1 }))[0];
  };
  const reads: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
    state: (id) => store.readAggregate(id),
    data: (id) => eventOf(id),
    result: (id) => store.readStepRecord({ sagaId: id, step: stepName }),
  };
  const refused = async (member: string, id: string, reason: EnvelopeRefusal) => {
    refusals.splice(0);
    const told = { code: 'CIPHERTEXT_REFUSED', action: 'park' };
    await expect(reads[member]!(id)).rejects.toMatchObject(told);
    await expect(reads[member]!(id)).rejects.toThrow(id);
    expect(refusals).toEqual([reason, reason]);
  };

  test('is what was written, and nothing of it can be read in the rows', async () => {
    await put('plain');
    expect(await store.readAggregate('plain')).toMatchObject({ seq: 1, state: { coins: 5 } });
    expect(await eventOf('plain')).toMatchObject({ type: 'box.put', data: { coins: 5 } });
    for (const [row, member] of rowsOf('plain')) {
      const kept = await raw.get(row, member);
      const text = kept instanceof Uint8Array ? Buffer.from(kept).toString('latin1') : kept;
      expect(text).toMatch(/^hf1\.boxes\./);
      expect(text).not.toContain('coins');
    }
  });

  test('does not open in another row, and what works on it stops', async () => {
    await put('swap-a');
    await put('swap-b');
    for (const [index, [left, member]] of rowsOf('swap-a').entries()) {
      const [right] = rowsOf('swap-b')[index]!;
      const [a, b] = [await raw.get(left, member), await raw.get(right, member)];
      await raw.set(left, member, b);
      await raw.set(right, member, a);
      await refused(member, 'swap-a', 'AUTHENTICATION');
      await refused(member, 'swap-b', 'AUTHENTICATION');
    }
    expect(await put('swap-a')).toBe('CIPHERTEXT_REFUSED');
    const step = stepOf('swap-c', ['swap-a']).forward(0);
    expect(await answered(boxParticipant(store), step)).toBe('CIPHERTEXT_REFUSED');
  });

  test('does not open when an older version is put back', async () => {
    await put('old');
    const state = await raw.get(aggregateRow('old'), 'state');
    const result = await raw.get(stepRow('old'), 'result');
    expect(await answered(boxParticipant(store), stepOf('old', ['old']).undo(0))).toBe('undone');
    await raw.set(aggregateRow('old'), 'state', state);
    await refused('state', 'old', 'AUTHENTICATION');
    await raw.set(stepRow('old'), 'result', result);
    await refused('result', 'old', 'AUTHENTICATION');
  });

  test('does not open beside a hash or a state of the fence that was changed', async () => {
    await put('clear');
    await raw.set(eventRow('clear'), 'contentHash', 'f'.repeat(64));
    await refused('data', 'clear', 'AUTHENTICATION');
    await raw.set(stepRow('clear'), 'state', 'undone');
    await refused('result', 'clear', 'AUTHENTICATION');
  });

  test('is refused where it was never sealed', async () => {
    await put('bare');
    for (const [row, member] of rowsOf('bare')) {
      await raw.set(row, member, { coins: 1_000, puts: 1, takes: 0, locked: false });
      await refused(member, 'bare', 'FORMAT');
      await raw.set(row, member, 'a text');
      await refused(member, 'bare', 'FORMAT');
    }
    expect((await store.keyUse()).get('')).toBe(3);
  });

  test.each([
    ['for another service', 'crates', instance],
    ['in another world', 'boxes', freshInstance()],
  ])('does not open %s, under the same key', async (title, service, world) => {
    const id = `foreign ${title}`;
    await put(id);
    const kept = await Promise.all(rowsOf(id).map(([row, member]) => raw.get(row, member)));
    const sealing = createSealing({ vault, service, instance: world }, forms[name]);
    const step = await store.readStepRecord({ sagaId: id, step: stepName });
    const event = (await eventOf(id)) as StoredEvent;
    const foreign = [
      sealing.sealState({ id, seq: 1 }, { coins: 5 }),
      sealing.sealEvent(event).data,
      sealing.sealStep({ sagaId: id, step: stepName }, step!).result,
    ];
    for (const [at, [row, member]] of rowsOf(id).entries()) {
      await raw.set(row, member, foreign[at]);
      await refused(member, id, 'AUTHENTICATION');
      await raw.set(row, member, kept[at]);
      await reads[member]!(id);
    }
  });

  test('of the largest size an event may have is kept and read', async () => {
    const note = 'x'.repeat(eventLimits.eventBytesMax - 11);
    const event: StoredEvent = anEvent({ aggregateId: 'large', data: { note } });
    const effect = [{ aggregateId: 'large', seq: 1, type: event.type, data: event.data }];
    const stepRecord = { ...doneStep, effect };
    const aggregates = [{ id: 'large', expectedSeq: 0, state: {} as Box, events: [event] }];
    const key = { sagaId: 'large', step: 's' };
    await store.transact(key, async () => ({ answer: 0, commit: { stepRecord, aggregates } }));
    expect(await eventOf('large')).toEqual({ ...event, published: false });
    expect(await store.readStepRecord(key)).toEqual(stepRecord);
  });
});

describe.each(databases)('keys of the rows on $name', ({ name, open }) => {
  test('change: old rows stay readable, new ones have the new key, and sealing anew lets the old one go', async () => {
    const instance = freshInstance();
    const [first, both, last] = [testVault('k1'), testVault('k1', 'k2'), testVault('k2')] as const;
    const stores = [first, both, last].map((vault) => open(instance, { service: 'boxes', vault }));
    const [before, during, after] = stores as [
      ServiceStore<Box>,
      ServiceStore<Box>,
      ServiceStore<Box>,
    ];
    const raw = await rawOf(name, instance);
    const put = (store: ServiceStore<Box>, saga: string, id: string) =>
      answered(boxParticipant(store), stepOf(saga, [id]).forward(0));
    try {
      await before.migrate();
      for (const id of ['a', 'b', 'c']) expect(await put(before, id, id)).toBe('done 5');
      expect(await put(before, 'refused', 'a')).toBe('done 5');
      expect(await before.keyUse()).toEqual(new Map([['k1', 11]]));

      expect(await put(during, 'd', 'a')).toBe('done 5');
      expect(await during.keyUse()).toEqual(
        new Map([
          ['k1', 10],
          ['k2', 3],
        ]),
      );
      const known = await during.history({ limitMax: 100 });
      expect(known).toHaveLength(5);
      await expect(after.readAggregate('b')).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
      expect(await put(after, 'e', 'b')).toBe('KEYS_UNAVAILABLE');

      const found: number[] = [];
      do found.push(await during.reseal(4));
      while (found.at(-1) !== 0);
      expect(found).toEqual([4, 4, 2, 0]);
      expect(await during.keyUse()).toEqual(new Map([['k2', 13]]));
      expect(await after.history({ limitMax: 100 })).toEqual(known);
      expect(await after.readAggregate('a')).toMatchObject({ seq: 3, state: { coins: 15 } });
      expect(await answered(boxParticipant(after), stepOf('c', ['c']).undo(0))).toBe('undone');
      expect(await put(after, 'f', 'b')).toBe('done 5');
    } finally {
      await Promise.all([...stores.map((store) => store.close()), raw.close()]);
    }
  });

  test('are not changed for a row that does not open, and it is named', async () => {
    const instance = freshInstance();
    const [before, during] = [testVault('k1'), testVault('k1', 'k2')].map((vault) =>
      open(instance, { service: 'boxes', vault }),
    ) as [ServiceStore<Box>, ServiceStore<Box>];
    const raw = await rawOf(name, instance);
    try {
      await before.migrate();
      await answered(boxParticipant(before), stepOf('x', ['x']).forward(0));
      await raw.set({ aggregate: 'x' }, 'state', { coins: 9 });
      await expect(during.reseal(10)).rejects.toThrow(/CIPHERTEXT_REFUSED.* x /);
    } finally {
      await Promise.all([before.close(), during.close(), raw.close()]);
    }
  });
});
