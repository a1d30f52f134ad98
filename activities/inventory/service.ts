import { defineService } from '../../platform/participant/service';
import { inventory } from './contract';
import { evolveInventory, productsBehind, release, reserve, restock, ship } from './decider';
import { productAggregate } from './product';
import { productOperations } from './products';
import { reservationAggregate } from './reservation';

const itsReservation = (input: { readonly orderId: string }) => [
  reservationAggregate(input.orderId),
];

/** Inventory as a participant: products, their stock and what is reserved of it. */
export const inventoryService = defineService({
  participant: inventory,
  handlers: {
    reserve: {
      aggregates: ({ orderId, lines }) => [
        reservationAggregate(orderId),
        ...lines.map((line) => productAggregate(line.sku)),
      ],
      decide: reserve,
    },
    release: { reverse: release },
    ship: { aggregates: itsReservation, related: productsBehind, decide: ship },
    restock: { aggregates: itsReservation, related: productsBehind, decide: restock },
  },
  operations: productOperations,
  aggregates: {
    product: { id: 'sku', events: ['product', 'stock'] },
    reservation: { id: 'orderId', events: ['reservation'] },
  },
  evolve: evolveInventory,
});
