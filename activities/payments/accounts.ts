import { z } from 'zod';
import type { Decision } from '../../platform/kernel/decision';
import { happened, refused, unchanged } from '../../platform/kernel/decision';
import type { OperationHandler, States } from '../../platform/participant/service';
import { amountCents, currency, identifier } from '../values';
import type { AccountState } from './account';
import { accountAggregate, accountFact } from './account';
import type { PaymentsState } from './decider';
import { accountOf } from './decider';

const card = z.strictObject({ customerId: identifier, blocked: z.boolean() });
const opening = z.strictObject({ customerId: identifier, currency, limitCents: amountCents });
const credit = z.strictObject({ customerId: identifier, amountCents, currency });
type CustomerRef = { readonly customerId: string };

const itsAccount = (input: CustomerRef) => [accountAggregate(input.customerId)];
const unknownAccount = refused('UNKNOWN_ACCOUNT', 'the customer has no account');

/** Opens a customer's only account, empty. Refusal: ACCOUNT_EXISTS. */
const openAccount: OperationHandler<PaymentsState, typeof opening> = {
  input: opening,
  aggregates: itsAccount,
  decide: (states, input) =>
    accountOf(states, input.customerId) === undefined
      ? happened([accountFact('account.opened', input)])
      : refused('ACCOUNT_EXISTS', 'the customer has an account'),
};

/** Credits an account. Refusals: UNKNOWN_ACCOUNT, CURRENCY_MISMATCH. */
const deposit: OperationHandler<PaymentsState, typeof credit> = {
  input: credit,
  aggregates: itsAccount,
  decide: (states, input) =>
    withAccount(states, input, (account) =>
      account.currency === input.currency
        ? happened([
            accountFact('account.credited', {
              customerId: input.customerId,
              amountCents: input.amountCents,
            }),
          ])
        : refused('CURRENCY_MISMATCH', `the account is kept in ${account.currency}`),
    ),
};

/** Blocks the card, so that every authorization is declined, or lets it pay again. Refusal: UNKNOWN_ACCOUNT. */
const setCard: OperationHandler<PaymentsState, typeof card> = {
  input: card,
  aggregates: itsAccount,
  decide: (states, { customerId, blocked }) =>
    withAccount(states, { customerId }, (account) => {
      if (account.cardBlocked === blocked) return unchanged();
      const fact = { customerId };
      return happened([
        blocked
          ? accountFact('account.card-blocked', fact)
          : accountFact('account.card-unblocked', fact),
      ]);
    }),
};

function withAccount(
  states: States<PaymentsState>,
  input: CustomerRef,
  decide: (account: AccountState) => Decision,
): Decision {
  const account = accountOf(states, input.customerId);
  return account === undefined ? unknownAccount : decide(account);
}

/** Data operations of the payments API, outside any saga. */
export const accountOperations = { openAccount, deposit, setCard };
