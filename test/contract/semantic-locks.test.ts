import { inventory, orders, payments } from '../../activities';
import type { Json } from '../../platform/kernel/json';
import type { StepAnswer } from '../../platform/kernel/step';
import { eventually } from '../support/eventually';
import { openBench } from '../support/service-bench';
import type { ServiceBench } from '../support/service-bench';
import { freshInstance } from '../support/stores';
import { configFor } from '../support/world';

/** How two sagas come to want one aggregate of a service, and how the first lets it go. */
interface Contest {
  readonly name: 'orders' | 'payments' | 'inventory';
  readonly service: Parameters<typeof openBench>[0];
  /** Makes what both want, under an id of its own. */
  prepare(bench: ServiceBench, id: string): Promise<unknown>;
  readonly take: { readonly command: string; readonly input: (id: string) => Json };
  readonly undo: { readonly command: string; readonly input: (id: string) => Json };
  /** The step after which nothing is left to protect. */
  readonly end: { readonly command: string; readonly input: (id: string) => Json };
  readonly aggregate: (id: string) => string;
}

const itsOrder = (orderId: string) => ({ orderId });
const line = { sku: 'lamp', quantity: 1 };
const bought = { lines: [line], amountCents: 100, currency: 'EUR' };

const contests: readonly Contest[] = [
  {
    name: 'orders',
    service: orders,
    async prepare(bench, orderId) {
      await bench.forward(
        'open',
        { orderId, customerId: 'c', ...bought },
        { saga: `${orderId}/0` },
      );
      await bench.forward('confirm', { orderId }, { saga: `${orderId}/0` });
    },
    take: { command: 'requestReturn', input: (orderId) => ({ orderId, customerId: 'c' }) },
    undo: { command: 'cancelReturn', input: itsOrder },
    end: { command: 'closeReturn', input: itsOrder },
    aggregate: (orderId) => `order/${orderId}`,
  },
  {
    name: 'payments',
    service: payments,
    async prepare(bench, orderId) {
      const customerId = `c-${orderId}`;
      await bench.operate('openAccount', { customerId, currency: 'EUR', limitCents: 1_000 });
      await bench.operate('deposit', { customerId, amountCents: 1_000, currency: 'EUR' });
    },
    take: {
      command: 'authorize',
      input: (orderId) => ({
        ...{ orderId, customerId: `c-${orderId}` },
        ...{ amountCents: 100, currency: 'EUR' },
      }),
    },
    undo: { command: 'void', input: itsOrder },
    end: { command: 'capture', input: itsOrder },
    aggregate: (orderId) => `payment/${orderId}`,
  },
  {
    name: 'inventory',
    service: inventory,
    async prepare(bench, orderId) {
      const sku = `sku-${orderId}`;
      await bench.operate('addProduct', { sku, name: 'L', priceCents: 100, currency: 'EUR' });
      await bench.operate('receiveStock', { sku, quantity: 5 });
    },
    take: {
      command: 'reserve',
      input: (orderId) => ({ orderId, ...bought, lines: [{ sku: `sku-${orderId}`, quantity: 1 }] }),
    },
    undo: { command: 'release', input: itsOrder },
    end: { command: 'ship', input: itsOrder },
    aggregate: (orderId) => `reservation/${orderId}`,
  },
];

describe.each(contests)('the lock of $name', ({ name, service, take, undo, end, ...contest }) => {
  let bench: ServiceBench;
  beforeAll(async () => {
    bench = await openBench(service, configFor(name, freshInstance()));
  });
  afterAll(async () => {
    expect(await bench.violations()).toEqual([]);
    await bench.close();
  });

  const taking = (id: string, saga: string) =>
    bench.forward(take.command, take.input(id), { saga: `${id}/${saga}` }).then(
      ({ answer }: StepAnswer): string => answer,
      (error: unknown) => (error as { code: string }).code,
    );
  const holderOf = async (id: string) =>
    ((await bench.state(contest.aggregate(id))) as { heldBy: string | null }).heldBy;
  const sagas = ['one', 'two'] as const;

  /** Both at the same moment; answers who got it and who did not. */
  const race = async (id: string) => {
    await contest.prepare(bench, id);
    const answers = await Promise.all(sagas.map((saga) => taking(id, saga)));
    const [winner, loser] = answers[0] === 'done' ? sagas : ([sagas[1], sagas[0]] as const);
    return { answers: answers.sort(), winner, loser };
  };

  test('goes to one of two sagas that race for it; the other is busy until it is undone, then has it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = `undone-${round}`;
      const { answers, winner, loser } = await race(id);
      expect(answers).toEqual(['BUSY', 'done']);
      expect(await holderOf(id)).toContain(`${id}/${winner}`);
      expect(await taking(id, loser)).toBe('BUSY');
      const waiting = eventually(async () => expect(await taking(id, loser)).toBe('done'));
      const undone = await bench.undo(undo.command, take.command, {
        saga: `${id}/${winner}`,
        input: undo.input(id),
      });
      expect(undone).toEqual({ answer: 'undone' });
      await waiting;
      expect(await holderOf(id)).toContain(`${id}/${loser}`);
      expect(await taking(id, winner)).toBe('STEP_FENCED');
    }
  });

  test('is released by the last step of its saga, and is nobody’s then', async () => {
    const { winner, loser } = await race('ended');
    await bench.forward(end.command, end.input('ended'), { saga: `ended/${winner}` });
    expect(await holderOf('ended')).toBeNull();
    expect(await taking('ended', loser)).toBe('refused');
  });
});
