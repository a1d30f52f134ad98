import { run } from '../../outbox/postgres/connection';
import type { AuditFinding } from '../codes';
import type { EventKey, KeptFinding, LedgerChange, Seen, Tracked } from './port';

type Client = Parameters<typeof run>[0];

export interface TrackedRow {
  readonly id: string;
  readonly seq: string;
  readonly log_seq: string;
  readonly state: string;
  readonly stalled: boolean;
}

export interface SeenRow {
  readonly aggregate_id: string;
  readonly seq: string;
  readonly hash: string;
  readonly filled: boolean;
  readonly partition: number;
  readonly log_offset: string;
}

export interface FindingRow {
  readonly code: string;
  readonly service: string;
  readonly subject: string;
  readonly event_id: string | null;
  readonly saga_id: string | null;
  readonly detail: string;
  readonly first_seen: Date;
  readonly last_seen: Date;
  readonly acknowledged: string | null;
}

export function trackedOf({ id, seq, log_seq, state, stalled }: TrackedRow): Tracked {
  return { id, seq: Number(seq), logSeq: Number(log_seq), state, isStalled: stalled };
}

export function seenOf(row: SeenRow): Seen {
  const { aggregate_id: aggregateId, hash, filled: isFilled, partition, log_offset: offset } = row;
  return { aggregateId, seq: Number(row.seq), hash, isFilled, partition, offset };
}

export function findingsOf(rows: readonly FindingRow[]): readonly KeptFinding[] {
  return rows.map((row) => ({
    ...{ code: row.code, service: row.service, subject: row.subject, detail: row.detail },
    ...(row.event_id === null ? {} : { eventId: row.event_id }),
    ...(row.saga_id === null ? {} : { sagaId: row.saga_id }),
    ...{ firstSeen: row.first_seen.toISOString(), lastSeen: row.last_seen.toISOString() },
    ...(row.acknowledged === null ? {} : { acknowledged: row.acknowledged }),
  }));
}

/** Event ids as two columns. */
export function keysOf(ids: readonly EventKey[]): [string[], number[]] {
  return [ids.map(({ aggregateId }) => aggregateId), ids.map(({ seq }) => seq)];
}

/** Writes a change within its transaction, and answers the findings that were not known before. */
export async function writeChange(
  client: Client,
  change: LedgerChange,
): Promise<readonly AuditFinding[]> {
  const { service, tracked = [], seen = [], families = [], judged = [], findings = [] } = change;
  await run(
    client,
    `insert into audit_marks (service, mark) values ($1, $2)
     on conflict (service) do update set mark = excluded.mark`,
    { values: [service, JSON.stringify(change.mark)] },
  );
  if (tracked.length > 0) await writeTracked(client, service, tracked);
  if (seen.length > 0) await writeSeen(client, service, seen);
  if (families.length > 0) {
    const values = [
      service,
      families.map(({ workflowId }) => workflowId),
      families.map(({ outcome }) => outcome !== undefined),
      families.map((family) => JSON.stringify(family)),
    ];
    await run(
      client,
      `insert into audit_family_parts (service, workflow_id, ended, part)
       select $1::text, * from unnest($2::text[], $3::boolean[], $4::json[])
       on conflict (workflow_id, service) do update set ended = excluded.ended,
         part = excluded.part`,
      { values },
    );
  }
  if (judged.length > 0) {
    const sql = 'delete from audit_family_parts where workflow_id = any($1::text[])';
    await run(client, sql, { values: [[...judged]] });
  }
  const news: AuditFinding[] = [];
  for (const finding of findings) if (await writeFinding(client, finding)) news.push(finding);
  return news;
}

async function writeTracked(client: Client, service: string, tracked: readonly Tracked[]) {
  await run(
    client,
    `insert into audit_aggregates (service, id, seq, log_seq, state, stalled)
     select $1::text, * from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[],
       $6::boolean[])
     on conflict (service, id) do update set seq = excluded.seq, log_seq = excluded.log_seq,
       state = excluded.state, stalled = excluded.stalled`,
    {
      values: [
        ...[service, tracked.map(({ id }) => id), tracked.map(({ seq }) => seq)],
        ...[tracked.map(({ logSeq }) => logSeq), tracked.map(({ state }) => state)],
        tracked.map(({ isStalled }) => isStalled),
      ],
    },
  );
}

async function writeSeen(client: Client, service: string, seen: readonly Seen[]): Promise<void> {
  await run(
    client,
    `insert into audit_events (service, aggregate_id, seq, hash, filled, partition, log_offset)
     select $1::text, * from unnest($2::text[], $3::bigint[], $4::text[], $5::boolean[], $6::int[],
       $7::bigint[])
     on conflict (service, aggregate_id, seq) do update set filled = excluded.filled,
       partition = excluded.partition, log_offset = excluded.log_offset`,
    {
      values: [
        ...[service, ...keysOf(seen), seen.map(({ hash }) => hash)],
        ...[seen.map(({ isFilled }) => isFilled), seen.map(({ partition }) => partition)],
        seen.map(({ offset }) => offset),
      ],
    },
  );
}

async function writeFinding(client: Client, finding: AuditFinding): Promise<boolean> {
  const { code, service, subject, eventId = null, sagaId = null, detail } = finding;
  const { rows } = await run<{ is_new: boolean }>(
    client,
    `insert into audit_findings (code, service, subject, event_id, saga_id, detail)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (code, service, subject) do update set last_seen = now(), acknowledged = null
     returning xmax = 0 as is_new`,
    { values: [code, service, subject, eventId, sagaId, detail] },
  );
  return rows[0]?.is_new === true;
}
