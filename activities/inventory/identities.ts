import { brokenOf } from '../../platform/host/identity';
import type { ServiceIdentities, Violation, Weight } from '../../platform/host/identity';
import type { InventoryState } from './decider';
import { productAggregate } from './product';
import type { ProductState } from './product';
import type { ReservationStatus } from './reservation';

/** Pieces of every product are conserved, and products agree with the reservations of them. */
export const inventoryIdentities: ServiceIdentities<InventoryState> = {
  alone: ({ id, state }) =>
    state.kind === 'product' ? productViolations(id, state) : lockViolations(id, state),
  weights({ state }) {
    if (state.kind === 'product') {
      const { sku, reserved, shipped } = state;
      return [reservedOf(sku, -reserved), shippedOf(sku, -shipped)];
    }
    const weigh = weighers[state.status];
    if (weigh === undefined) return [];
    return state.lines.map(({ sku, quantity }) => weigh(sku, quantity));
  },
};

function reservedOf(sku: string, amount: number): Weight {
  return { identity: 'RESERVED_EQUALS_RESERVATIONS', aggregateId: productAggregate(sku), amount };
}

function shippedOf(sku: string, amount: number): Weight {
  return { identity: 'SHIPPED_EQUALS_SHIPMENTS', aggregateId: productAggregate(sku), amount };
}

/** In the other statuses a reservation has no pieces. */
const weighers: Partial<Record<ReservationStatus, typeof reservedOf>> = {
  reserved: reservedOf,
  shipped: shippedOf,
};

function productViolations(aggregateId: string, product: ProductState): readonly Violation[] {
  const { received, available, reserved, shipped } = product;
  const identities = {
    STOCK_CONSERVED: available + reserved + shipped === received,
    STOCK_NOT_NEGATIVE: Math.min(received, available, reserved, shipped) >= 0,
  };
  return brokenOf(aggregateId, identities, { received, available, reserved, shipped });
}

function lockViolations(
  aggregateId: string,
  { status, heldBy }: Extract<InventoryState, { kind: 'reservation' }>,
): readonly Violation[] {
  if ((heldBy !== null) === (status === 'reserved')) return [];
  const detail = `status ${status}, held by ${heldBy ?? 'nobody'}`;
  return [{ identity: 'RESERVATION_HELD_WHILE_RESERVED', aggregateId, detail }];
}
