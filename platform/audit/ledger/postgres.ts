import { randomUUID } from 'node:crypto';
import type { Vaults } from '../../host/hosted-service';
import { inTransaction, openPool, run } from '../../outbox/postgres/connection';
import type { SealedRows } from '../../outbox/sealing';
import type { TakingOver, VersionedTables } from '../../outbox/tables-version';
import type { Config } from '../../runtime/config';
import { readCredentials } from '../../security/tls';
import { wholeOf } from '../family';
import type { Family } from '../family';
import { LedgerTaken, firstMark } from './port';
import type { KeptFinding, Ledger, Seen, ServiceMark } from './port';
import { sealedLedgerRows } from './resealing';
import { ledgerSealing } from './sealing';
import type { LedgerSealing } from './sealing';
import { familyOf, findingsOf, keysOf, seenOf, trackedOf, writeChange } from './statements';
import type { FindingRow, PartRow, SeenRow, TrackedRow } from './statements';
import { ledgerTablesIn } from './tables';

type Pool = ReturnType<typeof openPool>;

const limits = { transactionMs: 10_000, connectionsMax: 6 } as const;

/**
 * The ledger in the auditor's own database. To expand tables with content of a version before 3 throws
 * `SCHEMA_OUTDATED`, unless they are taken over.
 */
export interface StoredLedger extends Ledger, VersionedTables {
  /** Its tables for a person's command: what is there from before is sealed. No process may take that for genuine. */
  tablesOf(takingOver: TakingOver): VersionedTables;
  /** Under which keys its content is: `audit`. */
  readonly sealedRows: SealedRows;
  ping(): Promise<void>;
  /** When the one who writes was last at work; undefined where nobody ever was. */
  lastAtWork(): Promise<Date | undefined>;
  close(): Promise<void>;
}

/** Database of an instance's ledger. */
export function auditDatabase(instance: string): string {
  return instance === '' ? 'audit' : `audit_${instance}`;
}

/**
 * Opens the ledger as this process; nothing connects before it is used. Who has no keys of the purpose `audit` reads
 * its report, its owner and how many findings are open, and nothing else.
 */
export function openLedger(config: Config, keys: Vaults): StoredLedger {
  const sealing = ledgerSealing(keys.vault('audit'), config.HOLDFAST_INSTANCE);
  const pool = openPool({
    host: config.HOLDFAST_POSTGRES_HOST,
    port: config.HOLDFAST_POSTGRES_PORT,
    database: auditDatabase(config.HOLDFAST_INSTANCE),
    user: config.HOLDFAST_NAME,
    // Asked again for every new connection, so that a renewed certificate is used.
    get ssl() {
      return readCredentials(config);
    },
    max: limits.connectionsMax,
  });
  const owner = randomUUID();
  return {
    ...ledgerTablesIn({ pool, sealing }),
    tablesOf: (takingOver) => ledgerTablesIn({ pool, sealing, takingOver }),
    sealedRows: sealedLedgerRows(pool, sealing),
    ...readerOf(pool, sealing),
    ...reportOf(pool, owner),
    async takeOver() {
      await run(
        pool,
        `insert into audit_owner (owner) values ($1)
         on conflict (one) do update set owner = $1, seen_at = now()`,
        { values: [owner] },
      );
    },
    commit: (change) =>
      inTransaction(pool, { timeoutMs: limits.transactionMs }, async (client) => {
        const sql = 'update audit_owner set seen_at = now() where owner = $1';
        const { rowCount } = await run(client, sql, { values: [owner] });
        if (rowCount !== 1) throw new LedgerTaken('another auditor has taken over');
        return { result: await writeChange(client, sealing, change), commit: true };
      }),
    async acknowledge(reason) {
      const sql = 'update audit_findings set acknowledged = $1 where acknowledged is null';
      return (await run(pool, sql, { values: [reason] })).rowCount ?? 0;
    },
    ping: async () => void (await run(pool, 'select 1')),
    async lastAtWork() {
      const { rows } = await run<{ seen_at: Date }>(pool, 'select seen_at from audit_owner');
      return rows[0]?.seen_at;
    },
    close: () => pool.end(),
  };
}

type Reader = Omit<
  Ledger,
  'takeOver' | 'commit' | 'acknowledge' | 'reportTail' | 'appendReport' | 'reportLines'
>;

function readerOf(pool: Pool, sealing: LedgerSealing): Reader {
  const ask = async <Row extends object>(text: string, values: unknown[]) =>
    (await run<Row>(pool, text, { values })).rows;
  return {
    async mark(service) {
      const sql = 'select mark from audit_marks where service = $1';
      const [row] = await ask<{ mark: unknown }>(sql, [service]);
      if (row === undefined) return firstMark;
      return sealing.open('audit_marks', { service }, row.mark) as unknown as ServiceMark;
    },
    async tracked(service, ids) {
      const sql = 'select * from audit_aggregates where service = $1 and id = any($2::text[])';
      const rows = await ask<TrackedRow>(sql, [service, [...ids]]);
      return new Map(rows.map((row) => [row.id, trackedOf(sealing, row)]));
    },
    async trackedIds(service, { afterId, lastId = null, limitMax }) {
      const rows = await ask<{ id: string }>(
        `select id from audit_aggregates where service = $1 and id > $2
           and ($3::text is null or id <= $3) order by id limit $4`,
        [service, afterId, lastId, limitMax],
      );
      return rows.map(({ id }) => id);
    },
    async seen(service, ids) {
      const rows = await ask<SeenRow>(
        `select e.* from audit_events e
         join unnest($2::text[], $3::bigint[]) as k(aggregate_id, seq)
           on e.aggregate_id = k.aggregate_id and e.seq = k.seq
         where e.service = $1`,
        [service, ...keysOf(ids)],
      );
      return new Map(rows.map(seenOf).map((one) => [`${one.aggregateId}:${one.seq}`, one]));
    },
    async seenFrom(service, { partition, offset, limitMax }) {
      const rows = await ask<SeenRow>(
        `select * from audit_events where service = $1 and partition = $2 and log_offset >= $3
           and not filled order by log_offset limit $4`,
        [service, partition, offset, limitMax],
      );
      return rows.map((row): Seen => seenOf(row));
    },
    async families(service, ids) {
      const rows = await ask<PartRow>(
        `select * from audit_family_parts where workflow_id = any($1::text[]) and service = $2`,
        [[...ids], service],
      );
      return new Map(rows.map((row) => [row.workflow_id, familyOf(sealing, row)]));
    },
    async endedFamilies(limitMax) {
      const rows = await ask<PartRow>(
        `select * from audit_family_parts
         where workflow_id in (select workflow_id from audit_family_parts where ended
           order by workflow_id limit $1)
         order by workflow_id, service`,
        [limitMax],
      );
      const parts = new Map<string, Family[]>();
      for (const row of rows) {
        const known = parts.get(row.workflow_id) ?? [];
        parts.set(row.workflow_id, [...known, familyOf(sealing, row)]);
      }
      return [...parts.values()].map(wholeOf);
    },
    async openFindings() {
      const rows = await ask<{ code: string; service: string; count: string }>(
        `select code, service, count(*) from audit_findings where acknowledged is null
         group by code, service`,
        [],
      );
      return rows.map(({ count, ...kind }) => ({ ...kind, count: Number(count) }));
    },
    async findings({ since, limitMax }) {
      const rows = await ask<FindingRow>(
        `select * from audit_findings where first_seen >= $1 order by first_seen, subject limit $2`,
        [since, limitMax],
      );
      return findingsOf(sealing, rows) satisfies readonly KeptFinding[];
    },
  };
}

function reportOf(
  pool: Pool,
  owner: string,
): Pick<Ledger, 'reportTail' | 'appendReport' | 'reportLines'> {
  return {
    async reportTail() {
      const sql = 'select number, line from audit_report order by number desc limit 1';
      const { rows } = await run<{ number: string; line: string }>(pool, sql);
      const [row] = rows;
      return row === undefined
        ? { number: 0, line: '' }
        : { number: Number(row.number), line: row.line };
    },
    async appendReport({ number }, line) {
      const { rowCount } = await run(
        pool,
        `insert into audit_report (number, line)
         select $1::bigint, $2::text where exists (select from audit_owner where owner = $3)
         on conflict do nothing`,
        { values: [number + 1, line, owner] },
      );
      if (rowCount !== 1) throw new LedgerTaken('another auditor has written the next line');
    },
    async reportLines({ after, limitMax }) {
      const sql =
        'select number, line from audit_report where number > $1 order by number limit $2';
      const { rows } = await run<{ number: string; line: string }>(pool, sql, {
        values: [after, limitMax],
      });
      return rows.map((row) => ({ number: Number(row.number), line: row.line }));
    },
  };
}
