import { brokenOf } from '../../platform/host/identity';
import type { ServiceIdentities, Violation, Weight } from '../../platform/host/identity';
import type { AccountState } from './account';
import { accountAggregate } from './account';
import type { PaymentsState } from './decider';
import type { PaymentState, PaymentStatus } from './payment';
import { isHeld } from './payment';

/** Funds of every account are conserved, and accounts agree with the payments made from them. */
export const paymentIdentities: ServiceIdentities<PaymentsState> = {
  alone: ({ id, state }) =>
    state.kind === 'account' ? accountViolations(id, state) : lockViolations(id, state),
  weights({ state }) {
    if (state.kind === 'account') {
      const { customerId, heldCents, chargedCents, refundedCents } = state;
      const weights = [
        ['HELD_EQUALS_AUTHORIZED', -heldCents],
        ['CHARGED_EQUALS_CAPTURED', -chargedCents],
        ['REFUNDED_EQUALS_REFUNDS', -refundedCents],
      ] as const;
      return weights.map(([identity, amount]) => weight(identity, customerId, amount));
    }
    const { customerId, amountCents, status } = state;
    return sumsOf(status).map((identity) => weight(identity, customerId, amountCents));
  },
};

function weight(identity: string, customerId: string, amount: number): Weight {
  return { identity, aggregateId: accountAggregate(customerId), amount };
}

/** The account's sums that a payment in this status is part of. */
function sumsOf(status: PaymentStatus): readonly string[] {
  if (isHeld({ status })) return ['HELD_EQUALS_AUTHORIZED'];
  if (status === 'captured') return ['CHARGED_EQUALS_CAPTURED'];
  if (status === 'refunded') return ['CHARGED_EQUALS_CAPTURED', 'REFUNDED_EQUALS_REFUNDS'];
  return [];
}

function accountViolations(aggregateId: string, account: AccountState): readonly Violation[] {
  const { availableCents, heldCents, creditedCents, chargedCents, refundedCents } = account;
  const identities = {
    FUNDS_CONSERVED: creditedCents - chargedCents + refundedCents === availableCents + heldCents,
    FUNDS_NOT_NEGATIVE: availableCents >= 0 && heldCents >= 0 && refundedCents <= chargedCents,
  };
  return brokenOf(aggregateId, identities, account);
}

function lockViolations(aggregateId: string, payment: PaymentState): readonly Violation[] {
  if ((payment.heldBy !== null) === isHeld(payment)) return [];
  const detail = `status ${payment.status}, held by ${payment.heldBy ?? 'nobody'}`;
  return [{ identity: 'PAYMENT_HELD_WHILE_AUTHORIZED', aggregateId, detail }];
}
