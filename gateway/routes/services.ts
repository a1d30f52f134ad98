import { z } from 'zod';
import { amountCents, currency, identifier } from '../../activities/values';
import { defineOperations } from '../../platform/security/operations';
import type { OperationHandlers } from '../../platform/security/operations';
import { passingOn } from './facing';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';
import {
  accountAnswer,
  disputeAnswer,
  disputeReason,
  paymentAnswer,
  productAnswer,
  productList,
} from './service-answers';

const everyRole = ['customer', 'viewer', 'operator', 'payments-approver', 'admin'] as const;
const ownerOrReader = ['customer', 'admin', 'viewer'] as const;
const readersOfAll = ['admin', 'viewer'] as const;
const itsProduct = z.strictObject({ sku: identifier });
const itsAccount = z.strictObject({ customerId: identifier });
const inventory = { ...facingPeople, tag: 'inventory', service: 'inventory' } as const;
const payments = { ...facingPeople, tag: 'payments', service: 'payments' } as const;

/**
 * Routes of the services that people may use, by the service in `tag`. The service itself checks token, role, owner and
 * body once more; a test compares this table with the services' own.
 */
export const serviceOperations = defineOperations({
  listProducts: {
    ...inventory,
    method: 'GET',
    fresh: 'private',
    path: '/products',
    summary: 'Products by SKU, ascending; `next` is the `after` of the next page',
    roles: everyRole,
    query: z.strictObject({
      after: identifier.optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
    }),
    answer: { status: 200, body: productList, text: 'A part of the list' },
  },
  getProduct: {
    ...inventory,
    method: 'GET',
    fresh: 'private',
    path: '/products/:sku',
    summary: 'A product, its price and its stock',
    roles: everyRole,
    params: itsProduct,
    answer: { status: 200, body: productAnswer, text: 'The product' },
  },
  addProduct: {
    ...inventory,
    method: 'POST',
    path: '/products',
    summary: 'Add a product without stock',
    roles: ['admin'],
    body: z.strictObject({
      sku: identifier,
      name: z.string().trim().min(1).max(200),
      priceCents: amountCents,
      currency,
    }),
    problems: ['PRODUCT_EXISTS'],
    answer: { status: 201, body: productAnswer, text: 'The product as it is now' },
  },
  priceProduct: {
    ...inventory,
    method: 'POST',
    path: '/products/:sku/price',
    summary: 'Set the price of one piece',
    roles: ['admin'],
    params: itsProduct,
    body: z.strictObject({ priceCents: amountCents }),
    answer: { status: 200, body: productAnswer, text: 'The product as it is now' },
    problems: ['UNKNOWN_PRODUCT'],
  },
  receiveStock: {
    ...inventory,
    method: 'POST',
    path: '/products/:sku/receipts',
    summary: 'Take pieces into the stock',
    roles: ['admin'],
    params: itsProduct,
    body: z.strictObject({ quantity: z.int().min(1).max(1_000_000) }),
    problems: ['UNKNOWN_PRODUCT'],
    answer: { status: 201, body: productAnswer, text: 'The product as it is now' },
  },
  openAccount: {
    ...payments,
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
    answer: { status: 201, body: accountAnswer, text: 'The account' },
  },
  getAccount: {
    ...payments,
    method: 'GET',
    path: '/accounts/:customerId',
    summary: 'An account and its funds',
    roles: ownerOrReader,
    owner: { in: 'params', member: 'customerId', exceptRoles: readersOfAll },
    params: itsAccount,
    answer: { status: 200, body: accountAnswer, text: 'The account' },
  },
  deposit: {
    ...payments,
    method: 'POST',
    path: '/accounts/:customerId/deposits',
    summary: 'Credit an account',
    roles: ['admin'],
    params: itsAccount,
    body: z.strictObject({ amountCents, currency }),
    problems: ['UNKNOWN_ACCOUNT', 'CURRENCY_MISMATCH'],
    answer: { status: 201, body: accountAnswer, text: 'The account as it is now' },
  },
  setCard: {
    ...payments,
    method: 'POST',
    path: '/accounts/:customerId/card',
    summary: 'Block or unblock the card of an account',
    roles: ['admin'],
    params: itsAccount,
    body: z.strictObject({ blocked: z.boolean() }),
    answer: { status: 200, body: accountAnswer, text: 'The account as it is now' },
    problems: ['UNKNOWN_ACCOUNT'],
  },
  disputePayment: {
    ...payments,
    method: 'POST',
    path: '/payments/:orderId/disputes',
    summary: 'Record that the cardholder’s bank disputes a charge',
    roles: ['admin'],
    params: z.strictObject({ orderId: identifier }),
    body: z.strictObject({
      disputeId: identifier,
      reason: disputeReason,
    }),
    problems: ['NOT_CAPTURED', 'ALREADY_REFUNDED', 'ALREADY_DISPUTED'],
    answer: { status: 201, body: disputeAnswer, text: 'What was recorded' },
  },
  getPayment: {
    ...payments,
    method: 'GET',
    path: '/payments/:orderId',
    summary: 'The payment of an order',
    roles: ownerOrReader,
    params: z.strictObject({ orderId: identifier }),
    answer: { status: 200, body: paymentAnswer, text: 'The payment' },
  },
});

/** Handlers of {@link serviceOperations}. */
export function serviceHandlers(parts: GatewayParts): OperationHandlers<typeof serviceOperations> {
  return passingOn(parts, serviceOperations);
}
