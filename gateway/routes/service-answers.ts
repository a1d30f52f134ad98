import { z } from 'zod';
import { currency, identifier } from '../../activities/values';

/*
 * What services answer, as the document shows it. A test compares the answers of real services with it; the gateway
 * passes on what it was given.
 */

const cents = z.int().min(0);
const pieces = z.int().min(0);

export const disputeReason = z.enum(['FRAUD', 'NOT_RECEIVED', 'NOT_AS_DESCRIBED', 'DUPLICATE']);

export const productAnswer = z.object({
  sku: identifier,
  name: z.string(),
  priceCents: cents.describe('Of one piece'),
  currency,
  received: pieces.describe('Pieces that ever came in'),
  available: pieces,
  reserved: pieces.describe('Pieces held for orders'),
  shipped: pieces,
});

export const productList = z.object({
  products: z.array(productAnswer),
  next: identifier.optional().describe('`after` of the next page; absent at the end'),
});

export const accountAnswer = z.object({
  customerId: identifier,
  currency,
  limitCents: cents.describe('Of one payment'),
  cardBlocked: z.boolean(),
  availableCents: cents,
  heldCents: cents.describe('Held for orders that are not paid yet'),
  creditedCents: cents.describe('Ever paid in'),
  chargedCents: cents.describe('Ever taken'),
  refundedCents: cents.describe('Ever given back'),
});

export const disputeAnswer = z.object({
  orderId: identifier,
  disputeId: identifier,
  reason: disputeReason,
});

export const paymentAnswer = z.object({
  orderId: identifier,
  customerId: identifier,
  amountCents: cents,
  currency,
  status: z.string(),
  declinedFor: z.string().nullable().optional().describe('Code of what it was declined for'),
});
