import type { ProblemPage } from './problems';

/** Problems of this project’s own services, as their operations answer them: status, title and what to do next. */
export const ownPages: Readonly<Record<string, ProblemPage>> = {
  UNKNOWN_PRODUCT: [404, 'There is no such product', 'compare the SKU with GET /products'],
  PRODUCT_EXISTS: [
    409,
    'There is a product with this SKU',
    'use the product that is there, or another SKU',
  ],
  UNKNOWN_ACCOUNT: [404, 'The customer has no account', 'open one with POST /accounts'],
  ACCOUNT_EXISTS: [409, 'The customer has an account', 'use the account that is there'],
  CURRENCY_MISMATCH: [
    422,
    'The currency is not the one used there',
    'use the currency that `detail` names',
  ],
  NOT_CAPTURED: [
    409,
    'The payment was not taken',
    'look at the payment with GET /payments/{orderId}',
  ],
  ALREADY_REFUNDED: [409, 'The money went back', 'there is nothing to do'],
  ALREADY_DISPUTED: [
    409,
    'The payment is disputed under another id',
    'go on with the dispute that `detail` names',
  ],
};
