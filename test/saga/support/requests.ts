/** A request for place-order; above 500,000 cents a person has to approve. */
export const orderInput = (amountCents = 4_200) => ({
  orderId: 'order-1',
  customerId: 'customer-1',
  lines: [{ sku: 'book', quantity: 2 }],
  payment: { amountCents, currency: 'EUR' },
});

/** A request for return-order. */
export const returnInput = { orderId: 'order-1', customerId: 'customer-1' };
