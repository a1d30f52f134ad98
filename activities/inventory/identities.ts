import type { AuditedAggregate, Identities, Violation } from '../../platform/host/identity';
import type { InventoryState } from './decider';
import type { ProductState } from './product';
import type { ReservationStatus } from './reservation';

/** Pieces of every product are conserved, and products agree with the reservations of them. */
export const inventoryIdentities: Identities<InventoryState> = (aggregates) => {
  const pieces = piecesByReservations(aggregates);
  return aggregates.flatMap(({ id, state }) =>
    state.kind === 'product'
      ? productViolations(id, state, (status) => pieces.get(`${status} ${state.sku}`) ?? 0)
      : lockViolations(id, state),
  );
};

function piecesByReservations(
  aggregates: readonly AuditedAggregate<InventoryState>[],
): ReadonlyMap<string, number> {
  const pieces = new Map<string, number>();
  for (const { state } of aggregates) {
    if (state.kind !== 'reservation') continue;
    for (const { sku, quantity } of state.lines) {
      const key = `${state.status} ${sku}`;
      pieces.set(key, (pieces.get(key) ?? 0) + quantity);
    }
  }
  return pieces;
}

function productViolations(
  aggregateId: string,
  product: ProductState,
  piecesIn: (status: ReservationStatus) => number,
): readonly Violation[] {
  const { received, available, reserved, shipped } = product;
  const identities = {
    STOCK_CONSERVED: available + reserved + shipped === received,
    STOCK_NOT_NEGATIVE: Math.min(received, available, reserved, shipped) >= 0,
    RESERVED_EQUALS_RESERVATIONS: reserved === piecesIn('reserved'),
    SHIPPED_EQUALS_SHIPMENTS: shipped === piecesIn('shipped'),
  };
  return Object.entries(identities)
    .filter(([, holds]) => !holds)
    .map(([identity]) => ({
      identity,
      aggregateId,
      detail: JSON.stringify({ received, available, reserved, shipped }),
    }));
}

function lockViolations(
  aggregateId: string,
  { status, heldBy }: Extract<InventoryState, { kind: 'reservation' }>,
): readonly Violation[] {
  if ((heldBy !== null) === (status === 'reserved')) return [];
  const detail = `status ${status}, held by ${heldBy ?? 'nobody'}`;
  return [{ identity: 'RESERVATION_HELD_WHILE_RESERVED', aggregateId, detail }];
}
