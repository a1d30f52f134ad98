import type { ErrorPages } from '../page';

/** What must be true of the example’s services at each commit, and of its sagas once they have ended. */
export const shopIdentityPages: ErrorPages = {
  STOCK_CONSERVED: {
    means: 'Of a product, available, reserved and shipped pieces do not add up to those received.',
    next: 'look at the events of the product, and at the service inventory',
    docs: 'audit.md#rules-of-your-own',
  },
  STOCK_NOT_NEGATIVE: {
    means: 'A number of pieces of a product is below zero.',
    next: 'look at the events of the product, and at the service inventory',
    docs: 'audit.md#rules-of-your-own',
  },
  RESERVED_EQUALS_RESERVATIONS: {
    means: 'The reserved pieces of a product are not the sum of its open reservations.',
    next: 'look at the reservations of the product',
    docs: 'audit.md#rules-of-your-own',
  },
  SHIPPED_EQUALS_SHIPMENTS: {
    means: 'The shipped pieces of a product are not the sum of its shipments.',
    next: 'look at the reservations of the product',
    docs: 'audit.md#rules-of-your-own',
  },
  RESERVATION_HELD_WHILE_RESERVED: {
    means: 'A reservation is held by a saga and not reserved, or reserved and held by nobody.',
    next: 'look at the saga that the detail names',
    docs: 'audit.md#rules-of-your-own',
  },
  ORDER_HELD_WHILE_IN_WORK: {
    means: 'An order is held by a saga and not in work, or in work and held by nobody.',
    next: 'look at the saga that the detail names',
    docs: 'audit.md#rules-of-your-own',
  },
  PAYMENT_HELD_WHILE_AUTHORIZED: {
    means: 'A payment is held by a saga and not in work, or in work and held by nobody.',
    next: 'look at the saga that the detail names',
    docs: 'audit.md#rules-of-your-own',
  },
  FUNDS_CONSERVED: {
    means:
      'What was credited to an account, less charges, plus refunds, is not what is available and held.',
    next: 'look at the events of the account, and at the service payments',
    docs: 'audit.md#rules-of-your-own',
  },
  FUNDS_NOT_NEGATIVE: {
    means: 'An account has less than nothing available, or gave back more than it was charged.',
    next: 'look at the events of the account, and at the service payments',
    docs: 'audit.md#rules-of-your-own',
  },
  HELD_EQUALS_AUTHORIZED: {
    means: 'What is held on an account is not the sum of the payments under way.',
    next: 'look at the payments of the account',
    docs: 'audit.md#rules-of-your-own',
  },
  CHARGED_EQUALS_CAPTURED: {
    means:
      'What an account was charged is not what its payments captured; or, when a saga has ended, the cents it charged and captured differ.',
    next: 'look at the payments that the finding names',
    docs: 'audit.md#rules-of-your-own',
  },
  REFUNDED_EQUALS_REFUNDS: {
    means: 'What was refunded to an account is not the sum of its refunded payments.',
    next: 'look at the payments of the account',
    docs: 'audit.md#rules-of-your-own',
  },
  PROVIDER_AGREES: {
    means: 'A payment of ours is another one in the ledger of the card provider, or not there.',
    next: 'compare both by the reference that the finding names',
    docs: 'testing.md#the-card-provider',
  },
  PROVIDER_HOLDS_OURS: {
    means: 'The card provider holds money that no payment of ours names.',
    next: 'compare both ledgers by the reference',
    docs: 'testing.md#the-card-provider',
  },
  ONE_CHARGE_PER_KEY: {
    means: 'One key had more effects at the card provider than one operation and its reversal.',
    next: 'look at what was sent under the key that the detail begins with',
    docs: 'testing.md#the-card-provider',
  },
  CAPTURED_EQUALS_CONFIRMED: {
    means: 'A saga has ended, and the money it captured is not that of the orders it confirmed.',
    next: 'look at it with holdfast sagas explain and holdfast trace',
    docs: 'audit.md#rules-of-your-own',
  },
  HELD_IS_SETTLED: {
    means: 'A saga has ended, and money that it set aside is still held.',
    next: 'look at it with holdfast sagas explain and holdfast trace',
    docs: 'audit.md#rules-of-your-own',
  },
  ORDERS_ARE_SETTLED: {
    means: 'A saga has ended, and an order that it opened is neither confirmed nor rejected.',
    next: 'look at it with holdfast sagas explain and holdfast trace',
    docs: 'audit.md#rules-of-your-own',
  },
  RESERVED_IS_SETTLED: {
    means: 'A saga has ended, and pieces that it reserved are neither shipped nor put back.',
    next: 'look at it with holdfast sagas explain and holdfast trace',
    docs: 'audit.md#rules-of-your-own',
  },
  SHIPPED_EQUALS_CONFIRMED: {
    means: 'A saga has ended, and the pieces it shipped are not those of the orders it confirmed.',
    next: 'look at it with holdfast sagas explain and holdfast trace',
    docs: 'audit.md#rules-of-your-own',
  },
  REFUNDED_EQUALS_PAID_BACK: {
    means: 'A return has ended, and what the account got is not what the payment gave back.',
    next: 'look at it with holdfast sagas explain and holdfast trace',
    docs: 'audit.md#rules-of-your-own',
  },
  RETURN_IS_SETTLED: {
    means: 'A return has ended, and its order still waits for it.',
    next: 'look at it with holdfast sagas explain and holdfast trace',
    docs: 'audit.md#rules-of-your-own',
  },
  RETURN_IS_WHOLE: {
    means:
      'A return has completed without being closed, paid back and restocked; or it went back, and one of the three happened.',
    next: 'look at it with holdfast sagas explain and holdfast trace',
    docs: 'audit.md#rules-of-your-own',
  },
};
