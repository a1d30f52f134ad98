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

/** A second of the first minute of 2026. */
export const secondOf = (second: number): string => `2026-01-01T00:00:0${second}.000Z`;

/** A row of an order of ada's, as both read models of orders have one; what is of no list is the word. */
export function anOrder(name: string, second: number, word = `secret-${name}`): KeptRow {
  const time = secondOf(second);
  const row = {
    ...{ orderId: name, customerId: 'ada', status: word, amountCents: 1, currency: 'EUR' },
    ...{ openedAt: time, updatedAt: time, incomplete: false },
  };
  return { row, sources: [`order/${name}`], asOf: time };
}
