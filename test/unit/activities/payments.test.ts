import { accountFact } from '../../../activities/payments/account';
import { paymentFact } from '../../../activities/payments/payment';
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
const blocked = accountFact('account.card-blocked', { customerId });
const requested = [
  paymentFact('payment.requested', { ...input, heldBy: 'saga-a' }),
  accountFact('account.held', movement),
];
const authorized = [
  ...requested,
  paymentFact('payment.authorized', { ...input, heldBy: 'saga-a', providerRef: 'auth_1' }),
];
const captured = [paymentFact('payment.captured', input), accountFact('account.charged', movement)];
const refundedFacts = [
  paymentFact('payment.refunded', input),
  accountFact('account.refunded', movement),
];
const voided = [paymentFact('payment.voided', input), accountFact('account.released', movement)];
const declined = (reason: string) => paymentFact('payment.declined', { ...input, reason });

describe('authorizing', () => {
  test('it holds the money and the payment', () => {
    const { rehearsal, when } = given(paymentsService, ...funded);
    when('authorize', input).thenHappened(...authorized);
    expect(rehearsal.state(account)).toMatchObject({ availableCents: 3_600, heldCents: 2_400 });
    expect(rehearsal.state(payment)).toMatchObject({ status: 'authorized', heldBy: 'saga-a' });
  });

  test.each([
    ['without an account', [], input, 'UNKNOWN_ACCOUNT'],
    ['with a blocked card', [...funded, blocked], input, 'CARD_DECLINED'],
    ['in another currency', funded, { ...input, currency: 'USD' as const }, 'CURRENCY_MISMATCH'],
    ['above the limit', funded, { ...input, amountCents: 5_001 }, 'LIMIT_EXCEEDED'],
    ['without the funds', [openedAccount], input, 'INSUFFICIENT_FUNDS'],
  ])('a payment %s is declined, and the decline is a fact', (_why, history, asked, reason) => {
    const { rehearsal, when } = given(paymentsService, ...history);
    when('authorize', asked).thenRefused(
      reason,
      paymentFact('payment.declined', { ...asked, reason }),
    );
    expect(rehearsal.state(payment)).toMatchObject({ declinedFor: reason, heldBy: null });
  });

  test('exactly the limit and exactly the funds are enough', () => {
    given(
      paymentsService,
      openedAccount,
      accountFact('account.credited', { customerId, amountCents: 5_000 }),
    )
      .when('authorize', { ...input, amountCents: 5_000 })
      .thenAnswered({ amountCents: 5_000 });
  });

  test.each([
    ['declined', [declined('INSUFFICIENT_FUNDS')]],
    ['voided', [...authorized, ...voided]],
  ])('nothing stands over a payment that was %s: another saga may pay', (_status, history) => {
    given(paymentsService, ...funded, ...history)
      .when('authorize', input, 'saga-b')
      .thenAnswered({ amountCents: 2_400 });
  });

  test.each([
    ['has it requested', requested],
    ['holds it', authorized],
  ])('another saga waits while one %s', (_what, history) => {
    given(paymentsService, ...funded, ...history)
      .when('authorize', input, 'saga-b')
      .thenBusy('saga-a');
  });

  test.each([
    ['requested', requested, 'saga-a'],
    ['authorized', authorized, 'saga-a'],
    ['captured', [...authorized, ...captured], 'saga-b'],
    ['refunded', [...authorized, ...captured, ...refundedFacts], 'saga-b'],
  ])('a payment that is %s is not made twice', (_status, history, sagaId) => {
    given(paymentsService, ...funded, ...history)
      .when('authorize', input, sagaId)
      .thenRefused('PAYMENT_EXISTS');
  });
});

describe('voiding', () => {
  test('an effect that was reversed before is not taken out of a later authorization', () => {
    const { rehearsal, when, whenUndone } = given(paymentsService, ...funded);
    const effect = when('authorize', input).recorded;
    whenUndone('void', effect);
    when('authorize', input);
    whenUndone('void', effect).thenImpossible();
    expect(rehearsal.state(payment)).toMatchObject({ status: 'authorized' });
  });

  test('it puts back exactly what the authorization held', () => {
    const { rehearsal, when, whenUndone } = given(paymentsService, ...funded);
    const before = rehearsal.state(account);
    const effect = when('authorize', input).recorded;
    whenUndone('void', effect).thenHappened(...voided);
    expect(rehearsal.state(account)).toEqual(before);
    expect(rehearsal.state(payment)).toMatchObject({ status: 'voided', heldBy: null });
  });

  test('it reverses its own effect, whatever happened to the account meanwhile', () => {
    const { rehearsal, when, whenUndone, whenOperated } = given(paymentsService, ...funded);
    const effect = when('authorize', input).recorded;
    when('authorize', { ...input, orderId: 'o-2', amountCents: 1_000 }, 'saga-b');
    whenOperated('setCard', { customerId, blocked: true });
    whenUndone('void', effect).thenHappened(...voided);
    expect(rehearsal.state(account)).toMatchObject({ availableCents: 5_000, heldCents: 1_000 });
  });

  test('it is impossible once the money was captured', () => {
    const { when, whenUndone } = given(paymentsService, ...funded);
    const effect = when('authorize', input).recorded;
    when('capture', { orderId });
    whenUndone('void', effect).thenImpossible();
  });

  test('it cannot void what another saga authorized afterwards', () => {
    const { when, whenUndone } = given(paymentsService, ...funded);
    const effect = when('authorize', input).recorded;
    whenUndone('void', effect);
    when('authorize', input, 'saga-b');
    whenUndone('void', effect).thenImpossible();
  });

  test('an effect that holds no money cannot be voided', () => {
    given(paymentsService).whenUndone('void', []).thenImpossible();
  });
});

describe('capturing', () => {
  test('it takes the held money and lets the payment go', () => {
    const { rehearsal, when } = given(paymentsService, ...funded, ...authorized);
    when('capture', { orderId }).thenHappened(...captured);
    expect(rehearsal.state(account)).toMatchObject({ heldCents: 0, chargedCents: 2_400 });
    expect(rehearsal.state(payment)).toMatchObject({ status: 'captured', heldBy: null });
  });

  test.each([
    ['was never authorized', [], 'NOT_AUTHORIZED'],
    ['was declined', [declined('CARD_DECLINED')], 'NOT_AUTHORIZED'],
    ['was voided', [...authorized, ...voided], 'ALREADY_VOIDED'],
    ['was captured', [...authorized, ...captured], 'ALREADY_CAPTURED'],
    ['was refunded', [...authorized, ...captured, ...refundedFacts], 'ALREADY_CAPTURED'],
  ])('a payment that %s cannot be captured', (_what, history, code) => {
    given(paymentsService, ...funded, ...history)
      .when('capture', { orderId })
      .thenRefused(code);
  });

  test('another saga cannot capture what one holds', () => {
    given(paymentsService, ...funded, ...authorized)
      .when('capture', { orderId }, 'saga-b')
      .thenBusy('saga-a');
  });
});

describe('refunding', () => {
  test('captured money goes back, on behalf of any saga', () => {
    const { rehearsal, when } = given(paymentsService, ...funded, ...authorized, ...captured);
    when('refund', { orderId }, 'saga-r').thenHappened(...refundedFacts);
    expect(rehearsal.state(account)).toMatchObject({ availableCents: 6_000, refundedCents: 2_400 });
  });

  test.each([
    ['was never made', [], 'NOT_CAPTURED'],
    ['is only authorized', authorized, 'NOT_CAPTURED'],
    ['was declined', [declined('CARD_DECLINED')], 'NOT_CAPTURED'],
    ['was refunded', [...authorized, ...captured, ...refundedFacts], 'ALREADY_REFUNDED'],
  ])('a payment that %s cannot be refunded', (_what, history, code) => {
    given(paymentsService, ...funded, ...history)
      .when('refund', { orderId })
      .thenRefused(code);
  });
});

describe('accounts', () => {
  const opening = { customerId, currency: 'EUR', limitCents: 5_000 };

  test('an account is opened once, without funds', () => {
    const { rehearsal, whenOperated } = given(paymentsService);
    whenOperated('openAccount', opening).thenHappened(openedAccount);
    expect(rehearsal.state(account)).toMatchObject({ availableCents: 0, cardBlocked: false });
    whenOperated('openAccount', opening).thenRefused('ACCOUNT_EXISTS');
  });

  test('a deposit becomes available, in the account’s currency only', () => {
    const { rehearsal, whenOperated } = given(paymentsService, openedAccount);
    whenOperated('deposit', { customerId, amountCents: 100, currency: 'EUR' });
    expect(rehearsal.state(account)).toMatchObject({ availableCents: 100, creditedCents: 100 });
    whenOperated('deposit', { customerId, amountCents: 100, currency: 'USD' }).thenRefused(
      'CURRENCY_MISMATCH',
    );
  });

  test('a card is blocked and unblocked, each once', () => {
    const { whenOperated } = given(paymentsService, openedAccount);
    whenOperated('setCard', { customerId, blocked: false }).thenNothingChanged();
    whenOperated('setCard', { customerId, blocked: true }).thenHappened(blocked);
    whenOperated('setCard', { customerId, blocked: true }).thenNothingChanged();
    whenOperated('setCard', { customerId, blocked: false }).thenHappened(
      accountFact('account.card-unblocked', { customerId }),
    );
  });

  test.each([
    ['deposit', { customerId, amountCents: 1, currency: 'EUR' }],
    ['setCard', { customerId, blocked: true }],
  ])('%s needs an account', (operation, body) => {
    given(paymentsService).whenOperated(operation, body).thenRefused('UNKNOWN_ACCOUNT');
  });
});

test.each([
  ['a movement on an account that was never opened', accountFact('account.held', movement)],
  ['the end of a payment that was never made', paymentFact('payment.captured', input)],
])('the fold refuses %s', (_what, fact) => {
  expect(() => paymentsService.evolve(undefined, { ...fact, seq: 1 })).toThrow('INVARIANT_BROKEN');
});

test('the fold refuses an account that is opened twice and facts it does not know', () => {
  const state = given(paymentsService, openedAccount).rehearsal.state(account);
  const strange = { ...openedAccount, type: 'account.painted' };
  for (const fact of [openedAccount, strange, captured[0]!]) {
    expect(() => paymentsService.evolve(state, { ...fact, seq: 2 })).toThrow('INVARIANT_BROKEN');
  }
});
