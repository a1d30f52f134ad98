import { isFault, Fault } from '../platform/kernel/faults';
import type { Reacted } from '../platform/reactions/projection';
import type { Pending, ReactionRecords } from '../platform/reactions/starter';
import type { Log } from '../platform/runtime/log';
import { keptRowOf } from '../projections/rows/sealing';
import type { RowSealing, SealedRow } from '../projections/rows/sealing';
import type { Ask } from '../projections/store';

/** Members of every record that are asked for, and stand in clear. */
export const listedOfRecords = ['state', 'eventTime', 'dueAt'] as const;

const limits = {
  /** How often a change is tried that somebody else was ahead of: each time, a change of theirs was made. */
  triesMax: 10,
  /** Pages one look reads where most of what stands there does not open; the next one goes on behind them. */
  pagesMax: 10,
  /** Records that are named of those that do not open. */
  toldMax: 1_000,
} as const;

const columns = 'projection, key, listed, sources, as_of, sealed';
const isPending = `listed->>'state' = 'pending'`;
const due = `coalesce(listed->>'dueAt', listed->>'eventTime')`;

/** `$4` to `$6` are the place behind which it goes on. */
const duePage = `
  select ${columns}, ${due} as due from read_rows
  where ${isPending} and projection = any($2)
    and (listed->>'dueAt' is null or listed->>'dueAt' <= $3)
    and (${due}, projection, key) > ($4, $5, $6)
  order by ${due}, projection, key limit $1`;

const pendingRow = `
  select ${columns} from read_rows where projection = $1 and key = $2 and ${isPending}`;

/** Written only where it still holds what was read. */
const replacePending = `
  update read_rows set listed = $3::jsonb, sealed = $4, updated_at = now()
  where projection = $1 and key = $2 and sealed = $5 and ${isPending} returning key`;

interface DueRow extends SealedRow {
  readonly due: string;
}

/** Where a walk through what is due stands. */
type Place = readonly [due: string, projection: string, key: string];
const beginning: Place = ['', '', ''];
const placeOf = ({ due, projection, key }: DueRow): Place => [due, projection, key];

interface Parts {
  readonly sealing: RowSealing;
  /** Rows of a reaction that is no longer registered wait until it is again. */
  readonly names: readonly string[];
  readonly log: Log;
}

/**
 * Records of reactions over their rows. One that does not open is passed over, logged once, and starts nothing: it
 * holds up no other. A look reads so many pages and no more, and the next one goes on behind them.
 */
export function recordsIn(ask: Ask, parts: Parts): ReactionRecords {
  const { sealing } = parts;
  const open = openerOf(parts);
  // Where the last look ended: what does not open there is not read again before all others were.
  let after = beginning;

  async function change({ reaction, row: { eventId } }: Pending, members: object): Promise<void> {
    for (let tries = 0; tries < limits.triesMax; tries += 1) {
      const [stored] = await ask<SealedRow>(pendingRow, [reaction, eventId]);
      if (stored === undefined) return;
      const kept = keptRowOf(sealing, stored);
      const changed = { ...kept, row: { ...kept.row, ...members } };
      const { listed, sealed } = sealing.seal(stored, changed, listedOfRecords);
      const values = [reaction, eventId, JSON.stringify(listed), sealed, stored.sealed];
      if ((await ask(replacePending, values)).length > 0) return;
    }
    throw new Fault('STORE_CONFLICT', 'a record of a reaction is being changed all the time');
  }

  return {
    async pending(limitMax, signal) {
      const found: Pending[] = [];
      const now = new Date().toISOString();
      for (let page = 0; page < limits.pagesMax && !signal?.aborted; page += 1) {
        const rows = await ask<DueRow>(duePage, [limitMax, parts.names, now, ...after]);
        for (const row of rows) {
          after = placeOf(row);
          found.push(...open(row));
          if (found.length === limitMax) return found;
        }
        if (rows.length === limitMax) continue;
        after = beginning;
        break;
      }
      return found;
    },
    settle: (pending, state) => change(pending, { state }),
    aim: (pending, target) => change(pending, { target }),
    postpone: (pending, dueAt) => change(pending, { dueAt: dueAt.toISOString() }),
  };
}

/** Opens records for whoever works on all of them, and names those that do not open, each once. */
function openerOf({ sealing, log }: Parts): (stored: SealedRow) => readonly Pending[] {
  const told = new Set<string>();
  return (stored) => {
    const { projection: reaction, key } = stored;
    try {
      return [{ reaction, row: sealing.open<Reacted>(stored) }];
    } catch (error) {
      if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;
      const name = `${reaction} ${key}`;
      if (told.has(name) || told.size > limits.toldMax) return [];
      told.add(name);
      const where = { projection: reaction, eventId: key };
      const isNamed = told.size <= limits.toldMax;
      if (isNamed) log.error('a record of a reaction does not open', { error, ...where });
      else log.error('more records of reactions do not open than are named', { error });
      return [];
    }
  };
}
