import type { Identities } from '../../platform/host/identity';
import type { OrderState } from './state';

const heldStatuses: readonly OrderState['status'][] = ['open', 'return-requested'];

/** An order is held exactly while a saga is at work on it. */
export const orderIdentities: Identities<OrderState> = (aggregates) =>
  aggregates
    .filter(({ state }) => (state.heldBy !== null) !== heldStatuses.includes(state.status))
    .map(({ id, state }) => ({
      identity: 'ORDER_HELD_WHILE_IN_WORK',
      aggregateId: id,
      detail: `status ${state.status}, held by ${state.heldBy ?? 'nobody'}`,
    }));
