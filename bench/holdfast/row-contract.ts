import { z } from 'zod';
import { command, defineParticipant, undo } from '../../platform/kernel/contract';

const rowId = z.string().min(1).max(200);

/**
 * The participant of the measured saga: rows that are added and removed. It goes by the name of payments, since a name
 * is a certificate, a database, a queue, a topic and keys, and the embedded stack gives those to its services alone.
 */
export const rows = defineParticipant('payments', {
  add: command({
    input: z.strictObject({ rowId, refuse: z.boolean().default(false) }),
    result: z.strictObject({}),
    refusals: ['NO_ROOM'],
  }),
  remove: undo({ of: 'add', input: z.strictObject({}) }),
});
