import { listedMembers } from '../../platform/event-log/projector/projection';
import type { Projection, ReadRow } from '../../platform/event-log/projector/projection';
import type { ProjectionStore } from '../../platform/event-log/projector/store-port';
import type { KeptRow } from '../../platform/event-log/projector/view';
import type { Vaults } from '../../platform/host/hosted-service';
import { keptRowOf, rowSealing } from '../../projections/rows/sealing';
import type { SealedRow } from '../../projections/rows/sealing';
import type { ReadModelStore } from '../../projections/store';
import { testKeys } from './test-keys';

/** Which rows are looked at, and with what they are opened. */
export interface RowsOf {
  readonly instance: string;
  /** A generation; all of them where it is not told. */
  readonly projection?: string;
  readonly keys?: Vaults;
  /** `reactions` for the records of the reactor. */
  readonly of?: 'readmodels' | 'reactions';
}

const all = `select projection, key, listed, sources, as_of, sealed from read_rows
  where $1::text is null or projection = $1 order by key collate "C"`;

/** Rows as they stand in the database, past every reader, opened and in the order of their keys. */
export async function openedRows<Row extends ReadRow>(
  { ask }: Pick<ReadModelStore, 'ask'>,
  { instance, projection, keys = testKeys, of = 'readmodels' }: RowsOf,
) {
  const vault = keys.vault(of === 'reactions' ? 'reactions' : 'read-models');
  const sealing = rowSealing({ vault, own: [of, instance] });
  return (await ask<SealedRow>(all, [projection ?? null])).map((stored) => ({
    key: stored.key,
    ...(keptRowOf(sealing, stored) as KeptRow & { readonly row: Row }),
  }));
}

/** Puts rows into the live generation as whoever maintains it does, of no event and at once. */
export async function putRows(
  store: ProjectionStore,
  projection: Projection,
  rows: Readonly<Record<string, KeptRow>>,
): Promise<void> {
  const claim = await store.claim(projection.name, { topic: 'of-a-test', partition: 0 });
  const nothing = { handled: 0, applied: [], duplicates: 0, letters: [] };
  await store.apply(claim, [], ({ nextOffset }) => ({
    ...{ ...nothing, nextOffset, listed: listedMembers(projection) },
    positions: new Map([['of-a-test', { lastSeq: 1, lastHash: '' }]]),
    rows: new Map(Object.entries(rows)),
  }));
}
