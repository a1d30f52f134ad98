import { z } from 'zod';
import type { ApiParts } from '../../platform/host/hosted-service';
import { serviceApi } from '../../platform/host/hosted-service';
import { runOperation } from '../../platform/host/operations';
import { problem } from '../../platform/http/problem';
import type { Call } from '../../platform/security/operations';
import { defineOperations, mayTouch } from '../../platform/security/operations';
import { apiCallers, ownerOrReader, readersOfAll } from '../access';
import { amountCents, currency, identifier } from '../values';
import type { AccountState } from './account';
import { accountAggregate } from './account';
import type { PaymentsState } from './decider';
import { disputeReasons } from './disputes';
import { moneyOf, paymentAggregate } from './payment';

const itsAccount = z.strictObject({ customerId: identifier });
const statuses = {
  UNKNOWN_ACCOUNT: 404,
  ACCOUNT_EXISTS: 409,
  CURRENCY_MISMATCH: 422,
  NOT_CAPTURED: 409,
  ALREADY_REFUNDED: 409,
  ALREADY_DISPUTED: 409,
};
const shared = { callers: apiCallers, tag: 'payments' } as const;

/** Operations of the payments API. Payments are written by sagas only. */
export const paymentsOperations = defineOperations({
  openAccount: {
    ...shared,
    method: 'POST',
    path: '/accounts',
    summary: 'Open an account: a customer their own, an admin anybody’s',
    roles: ['customer', 'admin'],
    owner: { in: 'body', member: 'customerId', exceptRoles: ['admin'] },
    body: z.strictObject({
      customerId: identifier.optional(),
      currency,
      limitCents: amountCents,
    }),
    problems: ['ACCOUNT_EXISTS'],
  },
  getAccount: {
    ...shared,
    method: 'GET',
    path: '/accounts/:customerId',
    summary: 'An account and its funds',
    roles: ownerOrReader,
    owner: { in: 'params', member: 'customerId', exceptRoles: readersOfAll },
    params: itsAccount,
  },
  deposit: {
    ...shared,
    method: 'POST',
    path: '/accounts/:customerId/deposits',
    summary: 'Credit an account',
    roles: ['admin'],
    params: itsAccount,
    body: z.strictObject({ amountCents, currency }),
    problems: ['UNKNOWN_ACCOUNT', 'CURRENCY_MISMATCH'],
  },
  setCard: {
    ...shared,
    method: 'POST',
    path: '/accounts/:customerId/card',
    summary: 'Block or unblock the card of an account',
    roles: ['admin'],
    params: itsAccount,
    body: z.strictObject({ blocked: z.boolean() }),
    problems: ['UNKNOWN_ACCOUNT'],
  },
  disputePayment: {
    ...shared,
    method: 'POST',
    path: '/payments/:orderId/disputes',
    summary: 'Record that the cardholder’s bank disputes a charge',
    roles: ['admin'],
    params: z.strictObject({ orderId: identifier }),
    body: z.strictObject({ disputeId: identifier, reason: z.enum(disputeReasons) }),
    problems: ['NOT_CAPTURED', 'ALREADY_REFUNDED', 'ALREADY_DISPUTED'],
  },
  getPayment: {
    ...shared,
    method: 'GET',
    path: '/payments/:orderId',
    summary: 'The payment of an order',
    roles: ownerOrReader,
    params: z.strictObject({ orderId: identifier }),
  },
});

/** The payments API over its participant and store. Writes answer the account as it is afterwards. */
export function openPaymentsApi({ participant, store }: ApiParts<PaymentsState>) {
  const accountOf = async (customerId: string) => {
    const found = await store.readAggregate(accountAggregate(customerId));
    if (found?.state.kind !== 'account') throw problem('NOT_FOUND', { detail: 'no such account' });
    return accountView(found.state);
  };
  const run = (call: Pick<Call, 'request' | 'principal'>, operation: string, input: object) =>
    runOperation(participant, call, { operation, input, statuses });
  return serviceApi(paymentsOperations, {
    async openAccount(call) {
      const customerId = call.body.customerId ?? call.principal.subject;
      await run(call, 'openAccount', { ...call.body, customerId });
      return { status: 201, body: await accountOf(customerId) };
    },
    async getAccount({ params }) {
      return { body: await accountOf(params.customerId) };
    },
    async deposit(call) {
      await run(call, 'deposit', { ...call.body, ...call.params });
      return { status: 201, body: await accountOf(call.params.customerId) };
    },
    async setCard(call) {
      await run(call, 'setCard', { ...call.body, ...call.params });
      return { body: await accountOf(call.params.customerId) };
    },
    async disputePayment(call) {
      await run(call, 'dispute', { ...call.body, ...call.params });
      return { status: 201, body: { ...call.params, ...call.body } };
    },
    async getPayment({ params, principal }) {
      const found = await store.readAggregate(paymentAggregate(params.orderId));
      const payment = found?.state.kind === 'payment' ? found.state : undefined;
      if (payment === undefined || !mayTouch(principal, payment.customerId, readersOfAll)) {
        throw problem('NOT_FOUND', { detail: `no payment of order ${params.orderId} of yours` });
      }
      return {
        body: { ...moneyOf(payment), status: payment.status, declinedFor: payment.declinedFor },
      };
    },
  });
}

function accountView(account: AccountState) {
  const { customerId, currency, limitCents, cardBlocked, availableCents, heldCents } = account;
  const { creditedCents, chargedCents, refundedCents } = account;
  const funds = { availableCents, heldCents, creditedCents, chargedCents, refundedCents };
  return { customerId, currency, limitCents, cardBlocked, ...funds };
}
