import { defineReaction } from '../platform/reactions/reaction';
import type { Reaction } from '../platform/reactions/reaction';
import { returnOrderContract } from '../workflows/return-order.contract';

/** Every reaction, one line each: which event starts which saga, or tells it what it waits for. */
export const reactions: readonly Reaction[] = [
  defineReaction({
    ...{ name: 'return-disputed', on: 'payment.disputed', service: 'payments', from: 'now' },
    starts: returnOrderContract,
    input: ({ orderId, customerId }) => ({ orderId, customerId }),
  }),
  defineReaction({
    ...{ name: 'saga-ended', on: 'saga.finished', service: 'sagas', from: 'now' },
    notifies: 'webhooks',
    input: ({ workflowId, outcome, reason }) => ({ workflowId, outcome, reason }),
  }),
];
