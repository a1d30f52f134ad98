import { accountFact } from '../../../activities/payments/account';
import type { PaymentState } from '../../../activities/payments/payment';
import { paymentFact } from '../../../activities/payments/payment';
import type { PaymentsState } from '../../../activities/payments/decider';
import type { ProviderCharge } from '../../../activities/payments/provider/ledger';
import { compareLedgers } from '../../../activities/payments/provider/ledger';
import { paymentsService } from '../../../activities/payments/service';
import { given } from '../../../platform/testing/given-when-then';

const customerId = 'c-1';
const orderId = 'o-1';
const account = 'account/c-1';
const payment = 'payment/o-1';
const input = { orderId, customerId, amountCents: 2_400, currency: 'EUR' as const };
const movement = { customerId, orderId, amountCents: 2_400 };
const openedAccount = accountFact('account.opened', {
  customerId,
  currency: 'EUR',
  limitCents: 5_000,
});
const funded = [openedAccount, accountFact('account.credited', { customerId, amountCents: 6_000 })];
const requested = [
  paymentFact('payment.requested', { ...input, heldBy: 'saga-a' }),
  accountFact('account.held', movement),
];
const authorized = [
  ...requested,
  paymentFact('payment.authorized', { ...input, heldBy: 'saga-a', providerRef: 'auth_1' }),
];
/** As payments were recorded before there was a provider. */
const authorizedAlone = [
  paymentFact('payment.authorized', { ...input, heldBy: 'saga-a' }),
  accountFact('account.held', movement),
];
const captured = [paymentFact('payment.captured', input), accountFact('account.charged', movement)];
const refundedFacts = [
  paymentFact('payment.refunded', input),
  accountFact('account.refunded', movement),
];
const voided = [paymentFact('payment.voided', input), accountFact('account.released', movement)];
const declined = (reason: string) => paymentFact('payment.declined', { ...input, reason });

describe('asking the card provider', () => {
  test('its decline is a decline of ours, and what was set aside is free again', () => {
    const { rehearsal, when, outsideAnswers } = given(paymentsService, ...funded);
    outsideAnswers({ word: 'refused', code: 'EXPIRED', detail: 'the card is too old' });
    const released = accountFact('account.released', movement);
    when('authorize', input).thenRefused(
      'CARD_DECLINED',
      ...requested,
      declined('CARD_DECLINED'),
      released,
    );
    expect(rehearsal.state(account)).toMatchObject({ availableCents: 6_000, heldCents: 0 });
    expect(rehearsal.state(payment)).toMatchObject({ status: 'declined', heldBy: null });
  });

  test('a request that is cancelled leaves the account as it was', () => {
    const { rehearsal, when, outsideAnswers } = given(paymentsService, ...funded);
    const before = rehearsal.state(account);
    outsideAnswers({ word: 'never' });
    when('authorize', input);
    expect(rehearsal.state(account)).toEqual(before);
    expect(rehearsal.state(payment)).toMatchObject({ status: 'voided', heldBy: null });
  });

  test.each([
    ['AUTHORIZATION_RELEASED', 'ALREADY_VOIDED'],
    ['ALREADY_CAPTURED', 'ALREADY_CAPTURED'],
    ['UNKNOWN_AUTHORIZATION', 'NOT_AUTHORIZED'],
  ])('a capture it refuses with %s is %s, and nothing moves', (code, ours) => {
    const { rehearsal, when, outsideAnswers } = given(paymentsService, ...funded, ...authorized);
    const before = rehearsal.state(account);
    outsideAnswers({ word: 'refused', code, detail: 'no' });
    when('capture', { orderId }).thenRefused(ours);
    expect(rehearsal.state(account)).toEqual(before);
  });

  test.each([
    ['ALREADY_REFUNDED', 'ALREADY_REFUNDED'],
    ['AUTHORIZATION_RELEASED', 'NOT_CAPTURED'],
  ])('a refund it refuses with %s is %s', (code, ours) => {
    const { when, outsideAnswers } = given(paymentsService, ...funded, ...authorized, ...captured);
    outsideAnswers({ word: 'refused', code, detail: 'no' });
    when('refund', { orderId }).thenRefused(ours);
  });

  test('a payment it is still asked about is neither captured nor refunded', () => {
    const { when } = given(paymentsService, ...funded, ...requested);
    when('capture', { orderId }).thenRefused('NOT_AUTHORIZED');
    when('refund', { orderId }).thenRefused('NOT_CAPTURED');
    when('capture', { orderId }, 'saga-b').thenBusy('saga-a');
  });

  test('payments older than it are captured, refunded and voided without it', () => {
    const { when, outsideAnswers } = given(paymentsService, ...funded, ...authorizedAlone);
    outsideAnswers({ word: 'refused', code: 'UNKNOWN_AUTHORIZATION', detail: 'never heard of it' });
    when('capture', { orderId }).thenHappened(...captured);
    when('refund', { orderId }).thenHappened(...refundedFacts);
    const older = given(paymentsService, ...funded);
    const effect = older.rehearsal.record(authorizedAlone);
    older.whenUndone('void', effect).thenHappened(...voided);
    expect(paymentsService.handlers.void.outside?.(effect)).toBeUndefined();
  });

  test('an undo releases the very authorization that was recorded', () => {
    const { when } = given(paymentsService, ...funded);
    const effect = when('authorize', input).recorded;
    expect(paymentsService.handlers.void.outside?.(effect)).toEqual({
      ...{ operation: 'release', reference: orderId, authorization: 'auth_1' },
      ...{ amountCents: 2_400, currency: 'EUR' },
    });
  });
});

describe('the audit of payments against the provider', () => {
  const state: PaymentState = {
    ...{ kind: 'payment', orderId, customerId, amountCents: 2_400, currency: 'EUR' },
    ...{ status: 'captured', declinedFor: null, providerRef: 'auth_1' },
    ...{ heldBy: null, heldSinceSeq: null },
  };
  const charge: ProviderCharge = {
    ...{ id: 'auth_1', reference: orderId, amountCents: 2_400, currency: 'EUR' },
    status: 'captured',
    effects: [
      { operation: 'authorize', key: 'k1' },
      { operation: 'capture', key: 'k2' },
    ],
  };
  const audit = (payments: readonly PaymentsState[], charges: readonly ProviderCharge[]) =>
    compareLedgers(
      payments.map((one) => ({ id: payment, state: one })),
      charges,
    ).map(({ identity }) => identity);

  test('finds nothing where both say the same', () => {
    expect(audit([state], [charge])).toEqual([]);
    const released = { ...charge, id: 'auth_0', status: 'released' } as const;
    const effects = [
      { operation: 'authorize', key: 'k0' },
      { operation: 'release', key: 'k0' },
    ];
    expect(audit([state], [charge, { ...released, effects }])).toEqual([]);
    expect(audit([{ ...state, providerRef: null }], [])).toEqual([]);
  });

  test.each([
    ['another state', { ...charge, status: 'authorized' }, 'PROVIDER_AGREES'],
    ['another amount', { ...charge, amountCents: 1 }, 'PROVIDER_AGREES'],
    ['another currency', { ...charge, currency: 'USD' }, 'PROVIDER_AGREES'],
    ['another order', { ...charge, reference: 'o-2' }, 'PROVIDER_AGREES'],
    [
      'a key that charged twice',
      { ...charge, effects: [charge.effects[0]!, charge.effects[0]!] },
      'ONE_CHARGE_PER_KEY',
    ],
  ] as const)('finds %s', (_what, there, identity) => {
    expect(audit([state], [there as ProviderCharge])).toEqual([identity]);
  });

  test('finds a charge that is missing there, and one that is missing here', () => {
    expect(audit([state], [])).toEqual(['PROVIDER_AGREES']);
    const stray = { ...charge, id: 'auth_2', effects: [{ operation: 'authorize', key: 'k3' }] };
    expect(audit([state], [charge, stray])).toEqual(['PROVIDER_HOLDS_OURS']);
  });
});
