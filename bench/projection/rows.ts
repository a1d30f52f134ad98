import { defineProjection } from '../../platform/event-log/projector/projection';

/** A measured row in a list, as an order is in its customer's. */
export type ListedRow = {
  readonly rowId: string;
  readonly owner: string;
  readonly status: 'added' | 'removed';
  readonly addedAt: string;
  readonly updatedAt: string;
};

/** Letters of a row's id by which it is somebody's: as many owners as a list of customers has. */
const ownerLetters = 8;

/** Rows by owner, newest first: the shape of the read model of a customer's orders. */
export const listedRows = defineProjection<ListedRow>({
  name: 'bench-rows',
  services: ['payments'],
  listBy: ['owner'],
  orderBy: 'addedAt',
  keys: ({ data }) => [(data as { readonly rowId: string }).rowId],
  fold: (row, { type, time }, rowId) => ({
    ...{ rowId, owner: rowId.slice(0, -ownerLetters) },
    status: type === 'row.added' ? 'added' : 'removed',
    ...{ addedAt: row?.addedAt ?? time, updatedAt: time },
  }),
});
