import type { NewEvent, RecordedEvent } from '../../platform/kernel/decision';
import { happened, impossible } from '../../platform/kernel/decision';
import type { ServiceStore } from '../../platform/outbox/ports';
import { createParticipant } from '../../platform/participant/handle';
import { defineService } from '../../platform/participant/service';
import type { States } from '../../platform/participant/service';
import {
  boxContract,
  boxParticipant,
  boxPartitions,
  boxService,
  stepOf,
} from '../support/box-service';
import type { Box } from '../support/box-service';
import { answered } from '../support/fence-play';
import { freshInstance, storeCases } from '../support/stores';

/** Boxes as the next version of the service keeps them: a sum of money with its currency. */
interface Purse {
  readonly sum: { readonly amount: number; readonly currency: string };
  readonly moves: number;
}

/** The event's major version 2 says what version 1 meant silently: one currency, `{ coins }`. */
const sumOf = ({ data }: RecordedEvent): Purse['sum'] => {
  const { coins, sum } = data as { coins?: number; sum?: Purse['sum'] };
  return sum ?? { amount: coins ?? 0, currency: 'EUR' };
};

/** A state written by version 1 is read as one of version 2. */
const purseOf = (state: Purse | Box | undefined): Purse | undefined => {
  if (state === undefined || 'sum' in state) return state;
  return { sum: { amount: state.coins, currency: 'EUR' }, moves: state.puts + state.takes };
};

const moved = (aggregateId: string, type: string, sum: Purse['sum']): NewEvent => ({
  ...{ aggregateId, type },
  data: { sum },
});

const purseService = defineService({
  participant: boxContract,
  handlers: {
    put: {
      aggregates: ({ boxIds }) => boxIds,
      decide: (_states, { boxIds, coins }) => {
        const sum = { amount: coins, currency: 'EUR' };
        return happened(
          boxIds.map((id) => moved(id, 'box.put', sum)),
          { coins },
        );
      },
    },
    take: {
      reverse(states: States<Purse | Box>, effect) {
        const short = effect.some((event) => {
          const purse = purseOf(states(event.aggregateId));
          return purse === undefined || purse.sum.amount < sumOf(event).amount;
        });
        if (short) return impossible('the purse is short of it');
        return happened(effect.map((it) => moved(it.aggregateId, 'box.taken', sumOf(it))));
      },
    },
  },
  operations: {},
  evolve(state: Purse | undefined, event): Purse {
    const { sum, moves } = purseOf(state) ?? { sum: { amount: 0, currency: 'EUR' }, moves: 0 };
    const sign = event.type === 'box.put' ? 1 : -1;
    const amount = sum.amount + sign * sumOf(event).amount;
    return { sum: { ...sum, amount }, moves: moves + 1 };
  },
});

const purseParticipant = (store: ServiceStore<Box>) =>
  createParticipant({
    definition: purseService,
    store: store as unknown as ServiceStore<Purse>,
    schemas: { check: () => ({ version: '2.0', hash: 'none' }) },
    clock: () => new Date(Date.UTC(2031, 0, 1)),
    partitions: boxPartitions,
  });

describe.each(storeCases)('an effect that an older version recorded on $name', ({ open }) => {
  let store: ServiceStore<Box>;
  beforeAll(async () => {
    store = open(freshInstance());
    await store.migrate();
  });
  afterAll(() => store.close());

  test('is reversed by today’s version, exactly as it was recorded', async () => {
    const ids = ['old-a', 'old-b'];
    await answered(boxParticipant(store), stepOf('old', ids).forward(0, { coins: 7 }));
    await answered(purseParticipant(store), stepOf('new', ['old-a']).forward(0, { coins: 2 }));
    expect(await answered(purseParticipant(store), stepOf('old', ids).undo(0))).toBe('undone');
    const states = await Promise.all(ids.map((id) => store.readAggregate(id)));
    expect(states).toEqual([
      { id: 'old-a', seq: 3, state: { sum: { amount: 2, currency: 'EUR' }, moves: 3 } },
      { id: 'old-b', seq: 2, state: { sum: { amount: 0, currency: 'EUR' }, moves: 2 } },
    ]);
    const events = await store.history({ limitMax: 10 });
    expect(events.map(({ schema, direction, data }) => [schema, direction, data])).toEqual([
      ['1.0', 'forward', { coins: 7 }],
      ['2.0', 'forward', { sum: { amount: 2, currency: 'EUR' } }],
      ['2.0', 'undo', { sum: { amount: 7, currency: 'EUR' } }],
      ['1.0', 'forward', { coins: 7 }],
      ['2.0', 'undo', { sum: { amount: 7, currency: 'EUR' } }],
    ]);
  });

  test('is no mystery to the older version either, while both are running', async () => {
    const step = stepOf('mixed', ['mixed-a']);
    await answered(boxParticipant(store), step.forward(0));
    expect(await answered(purseParticipant(store), step.undo(0))).toBe('undone');
    expect(await answered(boxParticipant(store), step.undo(0))).toBe('undone');
    expect(await answered(boxParticipant(store), step.forward(0))).toBe('STEP_FENCED');
    expect(boxService.participant.contract).toBe(purseService.participant.contract);
  });
});
