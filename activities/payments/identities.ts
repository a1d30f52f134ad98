import type { AuditedAggregate, Identities, Violation } from '../../platform/host/identity';
import type { AccountState } from './account';
import type { PaymentsState } from './decider';
import type { PaymentState } from './payment';
import { isHeld } from './payment';

/** Funds of every account are conserved, and accounts agree with the payments made from them. */
export const paymentIdentities: Identities<PaymentsState> = (aggregates) => {
  const made = paymentsByCustomer(aggregates);
  return [
    ...aggregates.flatMap(({ id, state }) =>
      state.kind === 'account'
        ? accountViolations(id, state, made.get(state.customerId) ?? [])
        : [],
    ),
    ...aggregates.flatMap(lockViolations),
  ];
};

function paymentsByCustomer(
  aggregates: readonly AuditedAggregate<PaymentsState>[],
): ReadonlyMap<string, readonly PaymentState[]> {
  const made = new Map<string, PaymentState[]>();
  for (const { state } of aggregates) {
    if (state.kind !== 'payment') continue;
    const others = made.get(state.customerId);
    if (others === undefined) made.set(state.customerId, [state]);
    else others.push(state);
  }
  return made;
}

function accountViolations(
  aggregateId: string,
  account: AccountState,
  made: readonly PaymentState[],
): readonly Violation[] {
  const { availableCents, heldCents, creditedCents, chargedCents, refundedCents } = account;
  const sum = (...statuses: PaymentState['status'][]) =>
    made
      .filter((payment) => statuses.includes(payment.status))
      .reduce((total, payment) => total + payment.amountCents, 0);
  const identities = {
    FUNDS_CONSERVED: creditedCents - chargedCents + refundedCents === availableCents + heldCents,
    FUNDS_NOT_NEGATIVE: availableCents >= 0 && heldCents >= 0 && refundedCents <= chargedCents,
    HELD_EQUALS_AUTHORIZED: heldCents === sum('requested', 'authorized'),
    CHARGED_EQUALS_CAPTURED: chargedCents === sum('captured', 'refunded'),
    REFUNDED_EQUALS_REFUNDS: refundedCents === sum('refunded'),
  };
  return Object.entries(identities)
    .filter(([, holds]) => !holds)
    .map(([identity]) => ({ identity, aggregateId, detail: JSON.stringify(account) }));
}

function lockViolations({ id, state }: AuditedAggregate<PaymentsState>): readonly Violation[] {
  if (state.kind === 'account') return [];
  if ((state.heldBy !== null) === isHeld(state)) return [];
  const detail = `status ${state.status}, held by ${state.heldBy ?? 'nobody'}`;
  return [{ identity: 'PAYMENT_HELD_WHILE_AUTHORIZED', aggregateId: id, detail }];
}
