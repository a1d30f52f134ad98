import { createHash } from 'node:crypto';
import { Client, Pool } from 'pg';
import type { ClientBase, ClientConfig, PoolConfig, QueryResult, QueryResultRow } from 'pg';
import { Fault } from '../../kernel/faults';
import { sortError } from './errors';

/** Bounds of talking to PostgreSQL; a caller's own `timeoutMs` is never exceeded by more than the grace. */
export const postgresLimits = {
  connectionsMax: 10,
  connectTimeoutMs: 5_000,
  statementTimeoutMs: 10_000,
  /** No connection goes on for longer under the certificate it was opened with. */
  connectionAgeSeconds: 300,
  /** A statement the server did not stop itself is given up on the client's side after this much more. */
  graceMs: 500,
} as const;

/**
 * A pool that answers in time or fails. A connection may be lost while it is idle or between two statements of a
 * transaction; the next statement says so, and the event, which nobody awaits, must not end the process. The `ssl` of
 * the configuration is asked for at every connect, and no connection is used for longer than five minutes: a renewed
 * certificate is in use everywhere then.
 */
export function openPool(config: PoolConfig): Pool {
  // The pool copies its options when it is made: a certificate among them would stay what it was.
  class Connection extends Client {
    constructor(options: ClientConfig = {}) {
      super({ ...options, ssl: config.ssl });
    }
  }
  const pool = new Pool({
    Client: Connection,
    maxLifetimeSeconds: postgresLimits.connectionAgeSeconds,
    max: postgresLimits.connectionsMax,
    connectionTimeoutMillis: postgresLimits.connectTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    ...config,
  });
  const saidByTheNextStatement = () => undefined;
  pool.on('error', saidByTheNextStatement);
  pool.on('connect', (client) => client.on('error', saidByTheNextStatement));
  openPools.add(pool);
  return pool;
}

/** Pools that are open in this process, for whoever measures them. */
const openPools = new Set<Pool>();

/** How the connections of a pool are used; `waiting` are callers without one. */
export interface PoolUse {
  readonly database: string;
  readonly inUse: number;
  readonly idle: number;
  readonly waiting: number;
}

/** How the pools of this process are used now. */
export function postgresPools(): readonly PoolUse[] {
  for (const pool of openPools) if (pool.ended) openPools.delete(pool);
  return [...openPools].map((pool) => ({
    database: String(pool.options.database),
    inUse: pool.totalCount - pool.idleCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
  }));
}

/** Runs one statement with a limit on both sides; driver errors come out sorted. */
export async function run<Row extends QueryResultRow>(
  client: ClientBase | Pool,
  text: string,
  { values = [], timeoutMs = postgresLimits.statementTimeoutMs, isKept = false }: RunOptions = {},
): Promise<QueryResult<Row>> {
  try {
    const query = {
      ...{ text, values, query_timeout: timeoutMs + postgresLimits.graceMs },
      ...(isKept ? { name: keptName(text) } : {}),
    };
    return await client.query<Row>(query as { text: string; values: unknown[] });
  } catch (error) {
    throw sortError(error);
  }
}

export interface RunOptions {
  readonly values?: unknown[];
  readonly timeoutMs?: number;
  /**
   * The connection keeps the statement prepared, so that it is parsed and planned once and not each time. For
   * statements whose text is always the same: each text is kept as long as its connection.
   */
  readonly isKept?: boolean;
}

const keptNames = new Map<string, string>();

/** The same text has the same name on every connection, and another text has another one. */
function keptName(text: string): string {
  const known = keptNames.get(text);
  if (known !== undefined) return known;
  const name = `hf_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  keptNames.set(text, name);
  return name;
}

/**
 * Runs `work` in one READ COMMITTED transaction whose every wait ends before `timeoutMs` is over. `work` answers
 * whether to commit. A connection whose state is not known afterwards is closed, never given back.
 */
export async function inTransaction<Result>(
  pool: Pool,
  { timeoutMs, first }: TransactionOptions,
  work: (client: ClientBase) => Promise<{ readonly result: Result; readonly commit: boolean }>,
): Promise<Result> {
  const client = await pool.connect().catch((error: unknown) => {
    throw sortError(error);
  });
  const deadlineMs = performance.now() + timeoutMs;
  let isClean = false;
  try {
    await run(client, beginWithin(timeoutMs, first), { timeoutMs });
    const { result, commit } = await work(client);
    if (commit && performance.now() >= deadlineMs) {
      throw new Fault('STORE_UNAVAILABLE', 'the transaction took longer than its attempt');
    }
    const ended = await run(client, commit ? 'COMMIT' : 'ROLLBACK', { timeoutMs });
    isClean = true;
    if (commit && ended.command !== 'COMMIT') {
      throw new Fault('INVARIANT_BROKEN', `the transaction ended with ${ended.command}`);
    }
    return result;
  } catch (error) {
    isClean ||= await rolledBack(client);
    throw error;
  } finally {
    client.release(!isClean);
  }
}

/**
 * For transactions whose statements are kept and find rows by their keys. A kept plan may be made while a table has a
 * hundred rows: one that reads or joins all of them is the cheapest then, and a thousand times the dearest once there
 * are a million. Until the server looks at the table again, a minute at best, each transaction would take longer than
 * the one before.
 */
export const planForLarge = [
  'SET LOCAL enable_seqscan = off',
  'SET LOCAL enable_hashjoin = off',
  'SET LOCAL enable_mergejoin = off',
].join(';');

/** How a transaction begins. */
export interface TransactionOptions {
  readonly timeoutMs: number;
  /** A statement sent along with BEGIN, with no values of its own. */
  readonly first?: string;
}

function beginWithin(timeoutMs: number, first: string | undefined): string {
  const limitMs = Math.max(1, Math.ceil(timeoutMs));
  return [
    'BEGIN ISOLATION LEVEL READ COMMITTED',
    `SET LOCAL statement_timeout = ${limitMs}`,
    `SET LOCAL lock_timeout = ${limitMs}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${limitMs}`,
    ...(first === undefined ? [] : [first]),
  ].join(';');
}

async function rolledBack(client: ClientBase): Promise<boolean> {
  return run(client, 'ROLLBACK', { timeoutMs: 1_000 }).then(
    () => true,
    () => false,
  );
}
