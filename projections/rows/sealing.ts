import type { ReadRow } from '../../platform/event-log/projector/projection';
import type { KeptRow } from '../../platform/event-log/projector/view';
import { canonicalJson } from '../../platform/kernel/json';
import type { Json } from '../../platform/kernel/json';
import { openAt } from '../../platform/outbox/sealing';
import type { Place } from '../../platform/security/keys/envelope';
import type { Vault } from '../../platform/security/keys/vault';

/** Whose rows are sealed, and with what. */
export interface RowSealingOptions {
  /** Vault of the purpose `read-models`, or `reactions`. */
  readonly vault: Vault;
  /** Database or schema the rows are in, and its world: a row of another one does not open here. */
  readonly own: readonly [store: string, instance: string];
}

/** Members of a row that lists are asked by, as they stand in clear. */
export type Listed = Readonly<Record<string, unknown>>;

/** What is clear of a row: the place of what is sealed. */
export interface RowKey {
  /** Name of the generation. */
  readonly projection: string;
  readonly key: string;
  readonly listed: Listed;
  readonly sources: readonly string[];
  /** As the driver has it, or RFC 3339; milliseconds count. */
  readonly as_of: Date | string;
}

/** A row as it stands in its table. */
export interface SealedRow extends RowKey {
  readonly sealed: unknown;
}

/**
 * What lies between rows and their table. The whole row is sealed, and what readers are given comes out of that; the
 * members that lists are asked by stand beside it once more, and are authenticated with it. A row that was changed,
 * moved, set back or never sealed is the fault `CIPHERTEXT_REFUSED`; without a key it is `KEYS_UNAVAILABLE`.
 */
export interface RowSealing {
  /** `listed` names the members that stand in clear. */
  seal(at: Pick<RowKey, 'projection' | 'key'>, kept: KeptRow, listed: readonly string[]): SealedRow;
  open<Row extends ReadRow = ReadRow>(row: SealedRow): Row;
  /** First characters of every text that is sealed from now on, up to the end of the key's id. */
  prefix(): string;
}

/** Seals for the rows of one store. */
export function rowSealing({ vault, own }: RowSealingOptions): RowSealing {
  const named = ({ projection, key }: Pick<RowKey, 'projection' | 'key'>): Place => [
    ...[...own, 'read_rows', projection, key],
  ];
  const placeOf = (at: RowKey): Place => [
    ...named(at),
    ...[JSON.stringify(at.sources), new Date(at.as_of).toISOString(), canonicalJson(at.listed)],
  ];
  return {
    seal({ projection, key }, { row, sources, asOf }, listed) {
      const at = { projection, key, listed: listedOf(row, listed), sources, as_of: asOf };
      return { ...at, sealed: vault.seal(row as Json, placeOf(at)) };
    },
    open: (row) => openAt(vault, row.sealed, placeOf(row), named(row)) as never,
    prefix: () => vault.seal(null, own).split('.').slice(0, 2).join('.') + '.',
  };
}

/** As JSON has them: the database gives them back so. */
function listedOf(row: ReadRow, members: readonly string[]): Listed {
  const picked = members.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]]));
  return JSON.parse(JSON.stringify(Object.fromEntries(picked))) as Listed;
}

/** A row with what is kept about it, opened. */
export function keptRowOf(sealing: RowSealing, row: SealedRow): KeptRow {
  const asOf = new Date(row.as_of).toISOString();
  return { row: sealing.open(row), sources: row.sources, asOf };
}
