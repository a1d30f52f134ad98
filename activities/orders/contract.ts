import { z } from 'zod';
import { command, defineParticipant, undo } from '../../platform/kernel/contract';
import { sealedText } from '../../platform/kernel/sealed-text';
import { amountCents, currency, identifier, orderLines } from '../values';

const order = z.strictObject({ orderId: identifier });
const nothing = z.strictObject({});

/** Orders: what a customer wants and what became of it. Database: MongoDB. */
export const orders = defineParticipant('orders', {
  open: command({
    input: z.strictObject({
      orderId: identifier,
      customerId: identifier,
      lines: orderLines,
      amountCents,
      currency,
      /** Where it goes, sealed with the customer's key. */
      delivery: sealedText.exactOptional(),
    }),
    result: nothing,
    refusals: ['ORDER_EXISTS'],
  }),
  reject: undo({ of: 'open', input: order }),
  confirm: command({ input: order, result: nothing, refusals: ['ORDER_NOT_OPEN'] }),
  requestReturn: command({
    input: z.strictObject({ orderId: identifier, customerId: identifier }),
    result: z.strictObject({ lines: orderLines, amountCents, currency }),
    refusals: ['UNKNOWN_ORDER', 'ORDER_NOT_CONFIRMED', 'ALREADY_RETURNED'],
  }),
  cancelReturn: undo({ of: 'requestReturn', input: order }),
  closeReturn: command({ input: order, result: nothing, refusals: ['RETURN_NOT_REQUESTED'] }),
});
