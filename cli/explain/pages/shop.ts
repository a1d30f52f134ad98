import type { ErrorPages } from '../page';

/** Refusals of the services of the example, and of its card provider. */
export const shopPages: ErrorPages = {
  UNKNOWN_PRODUCT: {
    means: 'A line of the order, or the path, names a product that inventory does not have.',
    docs: 'add-a-saga.md',
  },
  PRODUCT_EXISTS: {
    means: 'A product with this SKU was added before.',
  },
  OUT_OF_STOCK: {
    means: 'Fewer pieces are available than the order needs, so it went back.',
    next: 'receive stock with POST /products/{sku}/receipts, or order less',
  },
  PRICE_CHANGED: {
    means: 'The lines do not cost what the customer agreed to pay, so the order went back.',
    next: 'look at GET /products, and order again with the sum of today',
  },
  CURRENCY_MISMATCH: {
    means: 'A product is sold, or an account is kept, in another currency than the request names.',
  },
  TOO_MANY_LINES: {
    means: 'An order has more than 40 products: more than one transaction of DynamoDB takes.',
    next: 'split the order, or place a bulk order',
    docs: 'limits.md#requests',
  },
  RESERVATION_EXISTS: {
    means: 'Something was reserved for this order before, and is shipped or restocked.',
    next: 'use another order id',
  },
  NOT_RESERVED: {
    means: 'The order is to be shipped, and nothing is reserved for it.',
    next: 'look at the saga with holdfast sagas explain, and at the reservation',
  },
  ALREADY_SHIPPED: {
    means: 'The pieces of this order were shipped before.',
    next: 'look at the saga with holdfast sagas explain, then mark-done-externally or abort',
  },
  NOT_SHIPPED: {
    means: 'Pieces are to be taken back that were never shipped.',
    next: 'look at the reservation of the order',
  },
  ALREADY_RESTOCKED: {
    means: 'The pieces of this order are back in stock.',
    next: 'look at the saga with holdfast sagas explain, then mark-done-externally or abort',
  },
  ORDER_EXISTS: {
    means:
      'An order with this id was opened before. An id is used once, also by an order that was rejected.',
    next: 'use another order id',
  },
  ORDER_NOT_OPEN: {
    means: 'The order is to be confirmed, and is not open.',
    next: 'look at the saga with holdfast sagas explain, and at the order',
  },
  UNKNOWN_ORDER: {
    means: 'This customer has no such order. Whether somebody else has is not told.',
    next: 'compare the order id',
  },
  ORDER_NOT_CONFIRMED: {
    means: 'Only a confirmed order can be returned.',
    next: 'wait until it is confirmed',
  },
  ALREADY_RETURNED: {
    means: 'The order was returned before.',
    next: 'nothing is left to do',
  },
  RETURN_NOT_REQUESTED: {
    means: 'A return is to be closed, and the order does not wait for one.',
    next: 'look at the saga with holdfast sagas explain, and at the order',
  },
  UNKNOWN_ACCOUNT: {
    means: 'The customer has no account that could pay.',
  },
  ACCOUNT_EXISTS: {
    means: 'A customer has one account, and this one has it.',
  },
  CARD_DECLINED: {
    means: 'The card is blocked, or its issuer declines, so the order went back.',
    next: 'an admin unblocks a card with POST /accounts/{customerId}/card; else ask its issuer',
  },
  INSUFFICIENT_FUNDS: {
    means: 'The account has less available than the order costs.',
    next: 'deposit, or order less',
  },
  LIMIT_EXCEEDED: {
    means: 'The amount is above what this account may pay at once, as it was opened.',
    next: 'order less at once',
  },
  PAYMENT_EXISTS: {
    means: 'There is a payment for this order that was neither declined nor voided.',
    next: 'use another order id',
  },
  NOT_AUTHORIZED: {
    means: 'Money is to be taken, and nothing is authorized for this order, or not yet.',
    next: 'look at GET /payments/{orderId}, and at the saga with holdfast sagas explain',
  },
  ALREADY_CAPTURED: {
    means: 'The money of this order was taken before.',
    next: 'look at the saga with holdfast sagas explain, then mark-done-externally or abort',
  },
  ALREADY_VOIDED: {
    means: 'The authorization of this order was released, so nothing can be taken on it.',
    next: 'look at the saga with holdfast sagas explain',
  },
  NOT_CAPTURED: {
    means: 'A payment that was never taken cannot be given back or disputed.',
  },
  ALREADY_REFUNDED: {
    means: 'The money of this order went back before.',
  },
  ALREADY_DISPUTED: {
    means: 'A payment is disputed once, and it was under another id.',
  },
  AUTHORIZATION_RELEASED: {
    means: 'The card provider has released the authorization. Sagas are told ALREADY_VOIDED.',
    next: 'look at GET /payments/{orderId}',
    docs: 'testing.md#the-card-provider',
  },
  UNKNOWN_AUTHORIZATION: {
    means:
      'The card provider knows no such authorization of this order. Sagas are told NOT_AUTHORIZED or NOT_CAPTURED.',
    next: 'look at GET /payments/{orderId}',
    docs: 'testing.md#the-card-provider',
  },
};
