import { accountFact } from '../../../activities/payments/account';
import { paymentFact } from '../../../activities/payments/payment';
import { paymentsService } from '../../../activities/payments/service';
import { given } from '../../../platform/testing/given-when-then';

const orderId = 'o-1';
const customerId = 'c-1';
const money = { orderId, customerId, amountCents: 2_400, currency: 'EUR' as const };
const movement = { customerId, orderId, amountCents: 2_400 };
const account = [
  accountFact('account.opened', { customerId, currency: 'EUR', limitCents: 5_000 }),
  accountFact('account.credited', { customerId, amountCents: 6_000 }),
];
const authorized = [
  ...account,
  accountFact('account.held', movement),
  paymentFact('payment.authorized', { ...money, heldBy: 'saga-a', providerRef: 'auth_1' }),
];
const captured = [
  ...authorized,
  paymentFact('payment.captured', money),
  accountFact('account.charged', movement),
];
const dispute = { orderId, disputeId: 'd-1', reason: 'FRAUD' as const };
const disputed = paymentFact('payment.disputed', { ...money, disputeId: 'd-1', reason: 'FRAUD' });

test('a dispute is recorded and moves no money', () => {
  const { rehearsal, whenOperated } = given(paymentsService, ...captured);
  whenOperated('dispute', dispute).thenHappened(disputed);
  expect(rehearsal.state('payment/o-1')).toMatchObject({ status: 'captured', disputedAs: 'd-1' });
});

test('told again it changes nothing, and another one is refused', () => {
  const { whenOperated } = given(paymentsService, ...captured, disputed);
  whenOperated('dispute', dispute).thenNothingChanged();
  whenOperated('dispute', { ...dispute, disputeId: 'd-2' }).thenRefused('ALREADY_DISPUTED');
});

test.each([
  ['that was only authorized', authorized, 'NOT_CAPTURED'],
  ['that nobody made', account, 'NOT_CAPTURED'],
  [
    'that went back',
    [
      ...captured,
      paymentFact('payment.refunded', money),
      accountFact('account.refunded', movement),
    ],
    'ALREADY_REFUNDED',
  ],
])('a payment %s cannot be disputed', (_what, history, code) => {
  given(paymentsService, ...history)
    .whenOperated('dispute', dispute)
    .thenRefused(code);
});

test('what is disputed can be refunded once', () => {
  const { rehearsal, when } = given(paymentsService, ...captured, disputed);
  when('refund', { orderId }).thenHappened(
    paymentFact('payment.refunded', money),
    accountFact('account.refunded', movement),
  );
  expect(rehearsal.state('payment/o-1')).toMatchObject({ status: 'refunded', disputedAs: 'd-1' });
});
