import { z } from 'zod';
import { amountCents, currency, identifier } from '../../values';

const shared = { reference: identifier, amountCents, currency };
const ofAuthorization = z.strictObject({ ...shared, authorization: z.string().min(1).max(64) });

/**
 * What payments asks of the card provider. `reference` is the order; `card` names the card on file, which only the
 * provider knows: no number of a card ever reaches us. A release reverses an authorization, a refund a capture.
 */
export const providerCall = z.discriminatedUnion('operation', [
  z.strictObject({ operation: z.literal('authorize'), ...shared, card: identifier }),
  ofAuthorization.extend({ operation: z.literal('capture') }),
  ofAuthorization.extend({ operation: z.literal('release') }),
  ofAuthorization.extend({ operation: z.literal('refund') }),
]);

export type ProviderCall = z.output<typeof providerCall>;

/** What the provider answers to a call that took effect: its id of the authorization. */
export const providerAnswer = z.object({ id: z.string().min(1).max(64) });
