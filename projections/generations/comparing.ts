import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Comparison, Generation, RowPair } from '../../platform/event-log/replay/port';
import { isFault } from '../../platform/kernel/faults';
import { run } from '../../platform/outbox/postgres/connection';
import type { RowSealing, SealedRow } from '../rows/sealing';
import type { ProjectingParts } from './projecting';
import * as sql from './statements';

/** A comparison reads whole tables. */
const limits = { compareMs: 120_000 } as const;

interface PairRow {
  readonly key: string;
  readonly live: SealedRow | null;
  readonly other: SealedRow | null;
  readonly together: boolean;
}

/** Compares what readers of the live generation are given with what they would be given by another one. */
export async function compareRows(
  { pool, sealing }: ProjectingParts,
  { projection, name }: Generation,
  sampleMax: number,
): Promise<Comparison> {
  const timeoutMs = limits.compareMs;
  const values = [projection, name];
  const told = { values: [...values, sampleMax, randomInt(2 ** 31)], timeoutMs };
  const { rows } = await run<PairRow>(pool, sql.compare, told);
  const { rows: counted } = await run<{ live: number; other: number }>(pool, sql.countRows, {
    ...{ values, timeoutMs },
  });
  const together = rows.filter((row) => row.together).map((row) => pairOf(sealing.rows, row));
  const { live = 0, other = 0 } = counted[0] ?? {};
  return {
    ...{ liveRows: live, otherRows: other, compared: together.length },
    apart: rows.length - together.length,
    differing: together.filter((pair) => !isEqual(pair)),
  };
}

const isEqual = ({ live, other, isRefused }: RowPair): boolean =>
  isRefused === undefined && isDeepStrictEqual(live, other);

/** A live row that does not open differs, and may be what is replayed for; one of the other generation is a fault. */
function pairOf(sealing: RowSealing, { key, live, other }: PairRow): RowPair {
  const there = other === null ? {} : { other: sealing.open(other) };
  if (live === null) return { key, ...there };
  try {
    return { key, live: sealing.open(live), ...there };
  } catch (error) {
    if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;
    return { key, ...there, isRefused: true };
  }
}
