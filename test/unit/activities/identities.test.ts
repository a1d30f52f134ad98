import { inventoryIdentities } from '../../../activities/inventory/identities';
import type { InventoryState } from '../../../activities/inventory/decider';
import { paymentIdentities } from '../../../activities/payments/identities';
import type { PaymentsState } from '../../../activities/payments/decider';
import { identitiesOver } from '../../../platform/host/identity';

const product = {
  kind: 'product',
  sku: 'lamp',
  name: 'Lamp',
  priceCents: 10,
  currency: 'EUR',
  received: 10,
  available: 5,
  reserved: 3,
  shipped: 2,
} as const;
const reservation = {
  kind: 'reservation',
  orderId: 'o-1',
  lines: [{ sku: 'lamp', quantity: 3 }],
  status: 'reserved',
  heldBy: 'saga-a',
  heldSinceSeq: 1,
} as const;
const shipment = {
  ...reservation,
  lines: [{ sku: 'lamp', quantity: 2 }],
  status: 'shipped',
} as const;

describe('the audit of inventory', () => {
  const audit = (...states: InventoryState[]) =>
    identitiesOver(inventoryIdentities)(
      states.map((state, index) => ({ id: `${state.kind}/${index}`, state })),
    ).map(({ identity }) => identity);
  const rest = { ...shipment, heldBy: null };

  test('finds nothing where products and reservations agree', () => {
    expect(audit(product, reservation, rest)).toEqual([]);
  });

  test.each([
    [
      'a piece that came from nowhere',
      [{ ...product, available: 6 }, reservation, rest],
      'STOCK_CONSERVED',
    ],
    [
      'less than nothing in stock',
      [{ ...product, received: 4, available: -1 }, reservation, rest],
      'STOCK_NOT_NEGATIVE',
    ],
    ['pieces set aside for nobody', [product, rest], 'RESERVED_EQUALS_RESERVATIONS'],
    ['pieces shipped for nobody', [product, reservation], 'SHIPPED_EQUALS_SHIPMENTS'],
    [
      'a reservation that nobody holds',
      [product, { ...reservation, heldBy: null }, rest],
      'RESERVATION_HELD_WHILE_RESERVED',
    ],
    [
      'a shipment that is still held',
      [product, reservation, shipment],
      'RESERVATION_HELD_WHILE_RESERVED',
    ],
  ])('finds %s', (_what, states, identity) => {
    expect(audit(...(states as InventoryState[]))).toEqual([identity]);
  });
});

const account = {
  kind: 'account',
  customerId: 'c-1',
  currency: 'EUR',
  limitCents: 100,
  cardBlocked: false,
  creditedCents: 100,
  availableCents: 50,
  heldCents: 30,
  chargedCents: 35,
  refundedCents: 15,
} as const;
const authorized = {
  kind: 'payment',
  orderId: 'o-1',
  customerId: 'c-1',
  amountCents: 30,
  currency: 'EUR',
  status: 'authorized',
  declinedFor: null,
  heldBy: 'saga-a',
  heldSinceSeq: 1,
  providerRef: 'auth_1',
} as const;
const captured = { ...authorized, amountCents: 20, status: 'captured', heldBy: null } as const;
const refunded = { ...captured, amountCents: 15, status: 'refunded' } as const;

describe('the audit of payments', () => {
  const audit = (...states: PaymentsState[]) =>
    identitiesOver(paymentIdentities)(
      states.map((state, index) => ({ id: `${state.kind}/${index}`, state })),
    ).map(({ identity }) => identity);

  test('finds nothing where accounts and payments agree', () => {
    expect(audit(account, authorized, captured, refunded)).toEqual([]);
  });

  test.each([
    [
      'a cent that came from nowhere',
      [{ ...account, availableCents: 51 }, authorized, captured, refunded],
      'FUNDS_CONSERVED',
    ],
    [
      'less than nothing in an account',
      [{ ...account, creditedCents: 49, availableCents: -1 }, authorized, captured, refunded],
      'FUNDS_NOT_NEGATIVE',
    ],
    ['money held for nobody', [account, captured, refunded], 'HELD_EQUALS_AUTHORIZED'],
    ['money charged for nothing', [account, authorized, refunded], 'CHARGED_EQUALS_CAPTURED'],
    [
      'money refunded that was never taken',
      [account, authorized, captured, { ...refunded, status: 'captured' as const }],
      'REFUNDED_EQUALS_REFUNDS',
    ],
    [
      'a payment that nobody holds',
      [account, { ...authorized, heldBy: null }, captured, refunded],
      'PAYMENT_HELD_WHILE_AUTHORIZED',
    ],
  ])('finds %s', (_what, states, identity) => {
    expect(audit(...(states as PaymentsState[]))).toEqual([identity]);
  });
});
