import { isFault } from '../../kernel/faults';
import type { Fault } from '../../kernel/faults';
import { alsoRefused, demandOpened, noneRefused } from '../../outbox/refused-rows';
import type { RefusedRows } from '../../outbox/refused-rows';
import type { SealedRows } from '../../outbox/sealing';
import { countByKey, keyOf, pageOf, sealedTables, write } from './sealed-rows';
import type { Client, Resealed, Row, Table } from './sealed-rows';
import type { LedgerSealing } from './sealing';

/** A walk through the tables, each in the order of its key. */
interface Walk {
  table: number;
  after: readonly unknown[];
  /** Rows sealed anew in it. */
  sealed: number;
  refused: RefusedRows;
}

const begin = (): Walk => ({ table: 0, after: [], sealed: 0, refused: noneRefused });

/** What keys the rows of the ledger are sealed with, and sealing them anew. */
export function sealedLedgerRows(pool: Client, sealing: LedgerSealing): SealedRows {
  return { keyUse: () => countByKey(pool), reseal: resealing(pool, sealing) };
}

/** Each call goes on where the one before was. */
function resealing(pool: Client, sealing: LedgerSealing): SealedRows['reseal'] {
  let walk = begin();
  return async (limitMax) => {
    for (;;) {
      const name = sealedTables[walk.table];
      if (name === undefined) {
        const over = walk;
        walk = begin();
        // Gone through once more, for what was written meanwhile.
        if (over.sealed > 0) continue;
        demandOpened(over.refused);
        return 0;
      }
      const page = { after: walk.after, limitMax, but: sealing.prefix() };
      const rows = await pageOf(pool, name, page);
      const { again, refused, unknown } = openAll(sealing, name, rows);
      // Who wrote a row meanwhile has sealed it with the current key.
      const sealed = await write(pool, name, again, 'held');
      walk.sealed += sealed;
      // Asked for again from here: what was sealed is left out then.
      if (unknown !== undefined) throw unknown;
      walk.refused = alsoRefused(walk.refused, refused);
      const last = rows.at(-1);
      walk.after = last === undefined ? [] : keyOf(name, last);
      if (last === undefined) walk.table += 1;
      if (sealed > 0) return sealed;
    }
  };
}

/** A page of rows under the current key: those that do not open stay as they are. */
function openAll(sealing: LedgerSealing, name: Table, rows: readonly Row[]) {
  const again: Resealed[] = [];
  const refused: string[] = [];
  let unknown: Fault | undefined;
  for (const row of rows) {
    try {
      again.push({ row, sealed: sealing.seal(name, row, sealing.open(name, row, row.held)) });
    } catch (error) {
      if (!isFault(error)) throw error;
      if (error.code === 'KEYS_UNAVAILABLE') unknown = error;
      else if (error.code === 'CIPHERTEXT_REFUSED') refused.push(named(name, row));
      else throw error;
    }
  }
  return { again, refused, unknown };
}

/** As JSON: whoever wrote the row has chosen what is in its key. */
const named = (name: Table, row: Row): string =>
  `${name} ${JSON.stringify(keyOf(name, row)).slice(0, 200)}`;
