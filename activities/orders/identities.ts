import type { ServiceIdentities } from '../../platform/host/identity';
import type { OrderState } from './state';

const heldStatuses: readonly OrderState['status'][] = ['open', 'return-requested'];

/** An order is held exactly while a saga is at work on it. */
export const orderIdentities: ServiceIdentities<OrderState> = {
  alone({ id, state }) {
    if ((state.heldBy !== null) === heldStatuses.includes(state.status)) return [];
    const detail = `status ${state.status}, held by ${state.heldBy ?? 'nobody'}`;
    return [{ identity: 'ORDER_HELD_WHILE_IN_WORK', aggregateId: id, detail }];
  },
};
