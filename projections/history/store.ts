import type { ClientBase, Pool } from 'pg';
import type { Cut } from '../../platform/event-log/history/cut';
import type { Snapshot, SnapshotStore } from '../../platform/event-log/history/snapshot-port';
import { inTransaction, run } from '../../platform/outbox/postgres/connection';
import { keyIdOf } from '../../platform/outbox/postgres/sealed-columns';
import type { SealedRows } from '../../platform/outbox/sealing';
import { checksum, chunksOf, stateOf } from './chunks';
import type { SnapshotOf, SnapshotSealing } from './sealing';

const limits = { putMs: 120_000, readMs: 60_000 } as const;

/** Snapshots in the database of the read models. */
export function snapshotStore(pool: Pool, sealing: SnapshotSealing): SnapshotStore {
  return {
    async nearest(projection, fold, cut) {
      const { rows } = await run<LineRow>(pool, byCode, { values: [projection, fold] });
      for (const row of rows) {
        const places = cutOf(row.places);
        if (!isWithin(places, cut)) continue;
        const of = { projection, fold, places: row.places };
        const found = await read(pool, row, { of, sealing });
        if (found) return found;
      }
      return undefined;
    },
    put: (of, at) => put({ pool, sealing }, of, at),
    async snapshots(projection) {
      const { rows } = await run<LineRow>(pool, ofProjection, { values: [projection] });
      return rows.map(({ id, places, records, rows: count, taken_at: at }) => {
        const line = { id, places: cutOf(places), records: Number(records), rows: count };
        return { ...line, takenAt: at.toISOString() };
      });
    },
  };
}

interface LineRow {
  readonly id: string;
  readonly places: Readonly<Record<string, string>>;
  readonly records: string;
  readonly rows: number;
  readonly checksum: string;
  readonly taken_at: Date;
}

const columns = 'id, places, records, rows, checksum, taken_at';
const byCode = `
  select ${columns} from snapshots where projection = $1 and fold = $2 order by records desc, id desc`;
const ofProjection = `select ${columns} from snapshots where projection = $1 order by id`;

function cutOf(places: LineRow['places']): Cut {
  return new Map(Object.entries(places).map(([place, next]) => [place, BigInt(next)]));
}

/** A place the cut does not know stands in a topic that the projection does not read any more. */
function isWithin(places: Cut, cut: Cut): boolean {
  return [...places].every(([place, next]) => next <= (cut.get(place) ?? -1n));
}

/** Undefined for one whose chunks are not what was put by: it is passed over, since the log knows better. */
async function read(
  pool: Pool,
  row: LineRow,
  { of, sealing }: { readonly of: SnapshotOf; readonly sealing: SnapshotSealing },
): Promise<Snapshot | undefined> {
  const text = 'select body from snapshot_chunks where snapshot_id = $1 order by number';
  const told = { values: [row.id], timeoutMs: limits.readMs };
  const kept = (await run<{ body: Buffer }>(pool, text, told)).rows.map(({ body }) => body);
  const opened = sealing.open(of, { chunks: kept, checksum: row.checksum });
  if (opened === undefined) return undefined;
  const sum = checksum();
  opened.chunks.forEach((chunk) => sum.add(chunk));
  if (sum.end() !== opened.sum) return undefined;
  return { id: row.id, places: cutOf(row.places), state: await stateOf(opened.chunks) };
}

const insert = `
  insert into snapshots (projection, fold, places, records, rows, checksum)
  values ($1, $2, $3, $4, $5, '') returning id`;

const prune = `
  delete from snapshots where projection = $1 and (fold <> $2 or id not in (
    select id from snapshots where projection = $1 and fold = $2 order by id desc limit $3))`;

async function put(
  { pool, sealing }: { readonly pool: Pool; readonly sealing: SnapshotSealing },
  { projection, fold, keep }: Parameters<SnapshotStore['put']>[0],
  { places, records, state }: Parameters<SnapshotStore['put']>[1],
): Promise<void> {
  await inTransaction(pool, { timeoutMs: limits.putMs }, async (client) => {
    const at = Object.fromEntries([...places].map(([place, next]) => [place, String(next)]));
    const values = [projection, fold, JSON.stringify(at), records, state.rows.size];
    const { rows } = await run<{ id: string }>(client, insert, { values });
    const [{ id } = { id: '' }] = rows;
    const of = { projection, fold, places: at };
    const sum = await putChunks(client, id, {
      state,
      seal: (number, chunk) => sealing.sealChunk(of, number, chunk),
    });
    const sealed = sealing.sealSum(of, sum);
    await run(client, 'update snapshots set checksum = $2 where id = $1', { values: [id, sealed] });
    await run(client, prune, { values: [projection, fold, keep] });
    return { result: undefined, commit: true };
  });
}

async function putChunks(
  client: ClientBase,
  id: string,
  of: {
    readonly state: Snapshot['state'];
    readonly seal: (number: number, chunk: Buffer) => Buffer;
  },
): Promise<string> {
  const sum = checksum();
  let number = 0;
  for await (const chunk of chunksOf(of.state)) {
    sum.add(chunk);
    const text = 'insert into snapshot_chunks (snapshot_id, number, body) values ($1, $2, $3)';
    await run(client, text, { values: [id, number, of.seal(number, chunk)] });
    number += 1;
  }
  return sum.end();
}

/** What keys snapshots are sealed with. Those under an older key are not sealed anew: the next look makes others. */
export function sealedSnapshots(pool: Pool, sealing: SnapshotSealing): SealedRows {
  return {
    async keyUse() {
      const text = `select ${keyIdOf('checksum')} as key, count(*) from snapshots group by 1`;
      const { rows } = await run<{ key: string; count: string }>(pool, text);
      return new Map(rows.map(({ key, count }) => [key, Number(count)]));
    },
    async reseal(limitMax) {
      const text = `delete from snapshots where id = any(array(
        select id from snapshots where not starts_with(checksum, $1) limit $2))`;
      const told = { values: [sealing.prefix(), limitMax], timeoutMs: limits.putMs };
      return (await run(pool, text, told)).rowCount ?? 0;
    },
  };
}
