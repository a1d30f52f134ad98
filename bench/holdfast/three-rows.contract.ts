import { z } from 'zod';
import { defineSagaContract } from '../../platform/saga/contract';

/** The measured saga: three rows, of which the third may be refused. */
export const threeRowsContract = defineSagaContract({
  name: 'three-rows',
  title: 'Add three rows',
  input: z.strictObject({ name: z.string().min(1).max(190), refuse: z.boolean() }),
  roles: ['admin'],
  businessKey: ({ name }) => name,
  deadlineMs: 15 * 60_000,
  sends: ['payments.add'],
});
