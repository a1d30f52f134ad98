import type { ClientBase, Pool } from 'pg';
import type {
  Generation,
  GenerationPlace,
  GenerationStore,
  LetterLine,
} from '../../platform/event-log/replay/port';
import { inTransaction, run } from '../../platform/outbox/postgres/connection';
import { crashPoint } from '../../platform/runtime/crash-point';
import { waiter } from '../../platform/runtime/waiter';
import { lockProjection } from '../statements';
import { compareRows } from './comparing';
import { projectingOf } from './projecting';
import type { ProjectingParts } from './projecting';
import * as sql from './statements';

/** A switch must be over before a projector that waits for it loses patience */
const limits = { switchMs: 3_000, pollMs: 5, clearMs: 30_000 } as const;

/** Generations in the database of the read models. */
export function generationStore(parts: ProjectingParts): GenerationStore {
  const { pool } = parts;
  const ask = async <Row extends object>(text: string, values: unknown[], timeoutMs = 10_000) =>
    (await run<Row>(pool, text, { values, timeoutMs })).rows;
  return {
    hold: (projection) => hold(pool, projection),
    generations: async (projection) =>
      (await ask<sql.GenerationRow>(sql.generations, [projection])).map(sql.generationOf),
    begin: (projection, fold) => begin(pool, projection, fold),
    storeOf: ({ name }) => projectingOf(parts, name),
    placesOf: async ({ name }) => (await ask<PlaceRow>(sql.places, [name])).map(placeOf),
    compare: (generation, sampleMax) => compareRows(parts, generation, sampleMax),
    newLetters: async ({ projection, name }, limitMax) => {
      const rows = await ask<LetterRow>(sql.newLetters, [projection, name, limitMax]);
      return { count: rows[0]?.count ?? 0, first: rows.map(lineOf) };
    },
    switchTo: (generation, told) => switchTo(pool, generation, told),
    drop: async ({ projection, number, state }) => {
      if (state === 'live') throw new RangeError(`${projection} is read from generation ${number}`);
      await ask(sql.setState, [projection, number, state, 'dropped']);
    },
    clear: async (projection, stopping) => {
      for (const { name } of await ask<{ name: string }>(sql.droppedNames, [projection])) {
        for (const table of sql.ownTables) await clearTable(pool, { table, name, stopping });
      }
    },
  };
}

/** A little at a time; what is left is the next one's. */
async function clearTable(
  pool: Pool,
  { table, name, stopping }: { table: string; name: string; stopping: AbortSignal | undefined },
): Promise<void> {
  const told = { values: [name], timeoutMs: limits.clearMs };
  while (stopping?.aborted !== true) {
    const { rowCount } = await run(pool, sql.deleteSome(table), told);
    if (!rowCount) return;
  }
}

/** Held by a connection of its own; when that is lost the right is lost with it, and epochs keep order. */
async function hold(pool: Pool, projection: string) {
  const client = await pool.connect();
  try {
    const { rows } = await run<{ held: boolean }>(client, sql.tryHold, { values: [projection] });
    if (rows[0]?.held !== true) {
      client.release();
      return undefined;
    }
  } catch (error) {
    client.release(true);
    throw error;
  }
  return { release: async () => void client.release(true) };
}

async function begin(pool: Pool, projection: string, fold: string): Promise<Generation> {
  return inTransaction(pool, { timeoutMs: 10_000 }, async (client) => {
    const { rows } = await run<sql.GenerationRow>(client, sql.generations, {
      values: [projection],
    });
    const half = rows.map(sql.generationOf).find(({ state }) => state === 'building');
    if (half?.fold === fold) return { result: half, commit: false };
    if (half) await setState(client, half, 'dropped');
    const values = [projection, fold];
    const { rows: made } = await run<sql.GenerationRow>(client, sql.insertBuilding, { values });
    const [generation] = made.map(sql.generationOf);
    if (generation === undefined) throw new RangeError(`there is no read model ${projection}`);
    return { result: generation, commit: true };
  });
}

async function setState(
  client: ClientBase,
  { projection, number, state }: Generation,
  to: Generation['state'],
): Promise<void> {
  const values = [projection, number, state, to];
  const { rowCount } = await run(client, sql.setState, { values });
  if (rowCount !== 1) throw new Error(`${projection} ${number} is not ${state} any more`);
}

/** Whoever moves the live generation stands still meanwhile; who reads notices nothing. */
async function switchTo(
  pool: Pool,
  generation: Generation,
  told: Parameters<GenerationStore['switchTo']>[1],
) {
  const { projection } = generation;
  const pause = waiter();
  return inTransaction(pool, { timeoutMs: limits.switchMs }, async (client) => {
    await run(client, lockProjection, { values: [projection] });
    const { rows } = await run<PlaceRow>(client, sql.livePlaces, { values: [projection] });
    const places = rows.map(placeOf);
    const deadlineMs = performance.now() + told.waitMs;
    while (!told.isAtLeast(places)) {
      if (performance.now() >= deadlineMs) return { result: 'behind' as const, commit: false };
      await pause.wait(limits.pollMs);
    }
    await exchange(client, generation);
    await crashPoint('replay.exchanged-not-committed', projection);
    return { result: 'switched' as const, commit: true };
  });
}

async function exchange(client: ClientBase, generation: Generation): Promise<void> {
  const { projection, state } = generation;
  const { rows } = await run<sql.GenerationRow>(client, sql.generations, { values: [projection] });
  const all = rows.map(sql.generationOf);
  const old = all.find((one) => one.state === 'live');
  const kept = all.find((one) => one.state === 'kept');
  // Each state has room for one: who is in the way leaves it first, the returning one within this transaction alone.
  if (kept) await setState(client, kept, 'dropped');
  if (old) await setState(client, old, 'kept');
  const from = state === 'kept' ? 'dropped' : state;
  await setState(client, { ...generation, state: from }, 'live');
}

interface PlaceRow {
  readonly topic: string;
  readonly partition: number;
  readonly next_offset: string;
}

function placeOf({ topic, partition, next_offset: offset }: PlaceRow): GenerationPlace {
  return { topic, partition, nextOffset: BigInt(offset) };
}

interface LetterRow extends Omit<LetterLine, 'offset' | 'aggregateId' | 'seq'> {
  readonly log_offset: string;
  readonly aggregate_id: string;
  readonly seq: string;
  readonly count: number;
}

function lineOf(row: LetterRow): LetterLine {
  const { topic, partition, log_offset: offset, aggregate_id: aggregateId, reason, detail } = row;
  return { topic, partition, offset, aggregateId, seq: Number(row.seq), reason, detail };
}
