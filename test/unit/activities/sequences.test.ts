import fc from 'fast-check';
import { identitiesOver } from '../../../platform/host/identity';
import type { Identities } from '../../../platform/host/identity';
import { inventoryIdentities } from '../../../activities/inventory/identities';
import { inventoryService } from '../../../activities/inventory/service';
import { orderIdentities } from '../../../activities/orders/identities';
import { ordersService } from '../../../activities/orders/service';
import { paymentIdentities } from '../../../activities/payments/identities';
import { paymentsService } from '../../../activities/payments/service';
import type { RecordedEvent } from '../../../platform/kernel/decision';
import type { Rehearsable } from '../../../platform/testing/given-when-then';
import { ServiceRehearsal } from '../../../platform/testing/given-when-then';

/** One move of a random history: a command, the undo of an earlier effect, or an operation. */
type Move =
  | {
      readonly do: 'forward';
      readonly command: string;
      readonly input: object;
      readonly saga: string;
    }
  | { readonly do: 'undo'; readonly command: string; readonly which: number; readonly saga: string }
  | { readonly do: 'operate'; readonly operation: string; readonly input: object };

const saga = fc.constantFrom('saga-a', 'saga-b', 'saga-c');
const orderId = fc.constantFrom('o-1', 'o-2', 'o-3');
const customerId = fc.constantFrom('c-1', 'c-2');
const currency = fc.constantFrom('EUR', 'EUR', 'EUR', 'USD');
const which = fc.nat(20);

const forward = (command: string, input: fc.Arbitrary<object>): fc.Arbitrary<Move> =>
  fc.record({ do: fc.constant('forward' as const), command: fc.constant(command), input, saga });
const undo = (command: string): fc.Arbitrary<Move> =>
  fc.record({ do: fc.constant('undo' as const), command: fc.constant(command), which, saga });
const operate = (operation: string, input: fc.Arbitrary<object>): fc.Arbitrary<Move> =>
  fc.record({ do: fc.constant('operate' as const), operation: fc.constant(operation), input });

const itsOrder = fc.record({ orderId });
const line = fc.record({
  sku: fc.constantFrom('lamp', 'desk'),
  quantity: fc.integer({ min: 1, max: 4 }),
});
const lines = fc.uniqueArray(line, {
  minLength: 1,
  maxLength: 2,
  selector: (one: { sku: string }) => one.sku,
});
/** Mostly what two pieces cost at the price of 10 cents, so that most of them go through. */
const reservation = fc
  .record({ orderId, lines, currency, off: fc.constantFrom(0, 0, 0, 1) })
  .map(({ off, ...rest }) => ({
    ...rest,
    amountCents: rest.lines.reduce<number>((sum, line) => sum + line.quantity * 10, off),
  }));
const payment = fc.record({
  orderId,
  customerId,
  currency,
  amountCents: fc.integer({ min: 1, max: 60 }),
});
const order = fc.record({
  orderId,
  customerId,
  currency,
  lines,
  amountCents: fc.constant(10),
});

interface Suite<State = unknown> {
  readonly service: Rehearsable<State>;
  /** A method, so that a suite of any state is a suite. */
  identities(...given: Parameters<Identities<State>>): ReturnType<Identities<State>>;
  readonly opening: readonly Move[];
  readonly move: fc.Arbitrary<Move>;
}

const euro = { currency: 'EUR' };
const operation = (name: string, input: object): Move => ({
  do: 'operate',
  operation: name,
  input,
});

const onOrders: Suite = {
  service: ordersService,
  identities: identitiesOver(orderIdentities),
  opening: [],
  move: fc.oneof(
    forward('open', order),
    forward('confirm', itsOrder),
    forward('requestReturn', fc.record({ orderId, customerId })),
    forward('closeReturn', itsOrder),
    undo('reject'),
    undo('cancelReturn'),
  ),
};
const onPayments: Suite = {
  service: paymentsService,
  identities: identitiesOver(paymentIdentities),
  opening: [
    operation('openAccount', { customerId: 'c-1', limitCents: 50, ...euro }),
    operation('deposit', { customerId: 'c-1', amountCents: 120, ...euro }),
  ],
  move: fc.oneof(
    forward('authorize', payment),
    forward('capture', itsOrder),
    forward('refund', itsOrder),
    undo('void'),
    operate('openAccount', fc.record({ customerId, currency, limitCents: fc.constant(40) })),
    operate('deposit', fc.record({ customerId, currency, amountCents: fc.constant(25) })),
    operate('setCard', fc.record({ customerId, blocked: fc.boolean() })),
  ),
};
const onInventory: Suite = {
  service: inventoryService,
  identities: identitiesOver(inventoryIdentities),
  opening: [
    operation('addProduct', { sku: 'lamp', name: 'Lamp', priceCents: 10, ...euro }),
    operation('receiveStock', { sku: 'lamp', quantity: 9 }),
  ],
  move: fc.oneof(
    forward('reserve', reservation),
    forward('ship', itsOrder),
    forward('restock', itsOrder),
    undo('release'),
    operate('receiveStock', fc.constant({ sku: 'desk', quantity: 5 })),
    operate('priceProduct', fc.constant({ sku: 'lamp', priceCents: 10 })),
    operate('addProduct', fc.constant({ sku: 'desk', name: 'Desk', priceCents: 10, ...euro })),
  ),
};

const asText = (events: readonly RecordedEvent[]) =>
  JSON.parse(JSON.stringify(events)) as RecordedEvent[];

const undoOf: Readonly<Record<string, string>> = {
  open: 'reject',
  requestReturn: 'cancelReturn',
  authorize: 'void',
  reserve: 'release',
};

/** Effects by the saga's own command, so that an undo meets an effect of its own kind, done by anybody at any time. */
class History {
  readonly rehearsal: ServiceRehearsal<unknown>;
  readonly #effects = new Map<string, (readonly RecordedEvent[])[]>();

  constructor(suite: Suite) {
    this.rehearsal = new ServiceRehearsal(suite.service);
    for (const move of suite.opening) this.play(move);
  }

  play(move: Move): void {
    if (move.do === 'operate') this.rehearsal.operate(move.operation, move.input);
    if (move.do === 'forward') {
      const { decision, recorded } = this.rehearsal.forward(move.command, move.input, move.saga);
      const reverses = undoOf[move.command];
      if (decision.kind !== 'happened' || reverses === undefined) return;
      this.#effects.set(reverses, [...(this.#effects.get(reverses) ?? []), recorded]);
    }
    if (move.do === 'undo') {
      const effects = this.#effects.get(move.command) ?? [];
      const effect = effects[move.which % Math.max(effects.length, 1)];
      if (effect !== undefined) this.rehearsal.undo(move.command, effect, move.saga);
    }
  }
}

describe.each([
  ['orders', onOrders],
  ['payments', onPayments],
  ['inventory', onInventory],
])('%s, whatever happens in whatever order', (_name, suite) => {
  const moves = fc.array(suite.move, { minLength: 10, maxLength: 40 });

  test('every identity holds after every move', () => {
    fc.assert(
      fc.property(moves, (played) => {
        const history = new History(suite);
        for (const move of played) {
          history.play(move);
          const violations = suite.identities(history.rehearsal.aggregates());
          if (violations.length > 0) throw new Error(JSON.stringify(violations));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('folding the events as text again gives the same states', () => {
    fc.assert(
      fc.property(moves, (played) => {
        const history = new History(suite);
        played.forEach((move) => history.play(move));
        const states = new Map<string, unknown>();
        for (const event of asText(history.rehearsal.events)) {
          const state = states.get(event.aggregateId);
          states.set(event.aggregateId, suite.service.evolve(state, event));
        }
        expect([...states].map(([id, state]) => ({ id, state }))).toEqual(
          history.rehearsal.aggregates(),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('undoing what was just done leaves every balance as it was', () => {
    fc.assert(
      fc.property(moves, suite.move, (played, last) => {
        const { rehearsal } = playAll(suite, played);
        fc.pre(last.do === 'forward' && last.command in undoOf);
        if (last.do !== 'forward') return;
        const before = balancesOf(rehearsal);
        const { decision, recorded } = rehearsal.forward(last.command, last.input, last.saga);
        fc.pre(decision.kind === 'happened');
        const undone = rehearsal.undo(undoOf[last.command]!, recorded, last.saga);
        expect({ kind: undone.decision.kind, balances: balancesOf(rehearsal) }).toEqual({
          kind: 'happened',
          balances: before,
        });
      }),
      { numRuns: 30, maxSkipsPerRun: 1_000 },
    );
  });
});

function playAll(suite: Suite, moves: readonly Move[]): History {
  const history = new History(suite);
  moves.forEach((move) => history.play(move));
  return history;
}

/** Accounts and products: what money and pieces there are, and where they stand. */
function balancesOf(rehearsal: ServiceRehearsal<unknown>): unknown {
  return rehearsal.aggregates().filter(({ id }) => /^(account|product)\//.test(id));
}

test('the random histories reach every event type, so the properties above speak of all of them', () => {
  const reached = new Set<string>();
  for (const suite of [onOrders, onPayments, onInventory]) {
    for (const moves of fc.sample(fc.array(suite.move, { minLength: 40, maxLength: 40 }), {
      numRuns: 30,
      seed: 7,
    })) {
      for (const { type } of playAll(suite, moves).rehearsal.events) reached.add(type);
    }
  }
  expect([...reached].sort()).toEqual(
    [
      ...['opened', 'credited', 'card-blocked', 'card-unblocked', 'held', 'released', 'charged']
        .concat('refunded')
        .map((what) => `account.${what}`),
      ...[
        'opened',
        'rejected',
        'confirmed',
        'return-requested',
        'return-cancelled',
        'returned',
      ].map((what) => `order.${what}`),
      ...['requested', 'authorized', 'declined', 'voided', 'captured', 'refunded'].map(
        (w) => `payment.${w}`,
      ),
      'product.added',
      ...['made', 'released', 'shipped', 'restocked'].map((what) => `reservation.${what}`),
      ...['received', 'reserved', 'released', 'shipped', 'restocked'].map((w) => `stock.${w}`),
    ].sort(),
  );
});
