import type { StoredEvent } from '../../platform/outbox/ports';
import { slotOf } from '../../platform/outbox/hash';
import { contentHashOf } from '../../platform/outbox/stamp';

/** A row of an events table with a right hash and slot; only what a test cares about needs to be said. */
export function anEvent(
  told: Partial<StoredEvent> & { readonly partitions?: number } = {},
): StoredEvent {
  const { partitions = 3, ...members } = told;
  const event = {
    aggregateId: 'order/o-1',
    seq: 1,
    type: 'order.noted',
    schema: '1.0',
    time: '2026-11-23T10:00:00.000Z',
    data: { orderId: 'o-1' },
    ...members,
  };
  return {
    slot: slotOf(event.aggregateId, partitions),
    contentHash: contentHashOf(event),
    ...event,
  };
}

/** The rest of a step record that a test only needs to be there: done, and nothing to tell. */
export const doneStep = {
  state: 'done',
  epoch: 0,
  run: 'r',
  inputHash: 'h',
  result: {},
  effect: [],
} as const;
