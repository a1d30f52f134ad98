import { Fault, isFault } from '../../kernel/faults';
import type { Json } from '../../kernel/json';
import { run } from '../../outbox/postgres/connection';
import type { AuditFinding } from '../codes';
import type { Family } from '../family';
import type { EventKey, KeptFinding, LedgerChange, Seen, Tracked } from './port';
import type { LedgerSealing } from './sealing';

type Client = Parameters<typeof run>[0];

/** Rows as the driver gives them; what is `unknown` is sealed. */
export interface TrackedRow {
  readonly service: string;
  readonly id: string;
  readonly seq: string;
  readonly log_seq: string;
  readonly state: unknown;
  readonly stalled: boolean;
}

export interface PartRow {
  readonly workflow_id: string;
  readonly service: string;
  readonly ended: boolean;
  readonly part: unknown;
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
  readonly detail: unknown;
  readonly first_seen: Date;
  readonly last_seen: Date;
  readonly acknowledged: string | null;
}

export function trackedOf(sealing: LedgerSealing, row: TrackedRow): Tracked {
  const { id, seq, log_seq: logSeq, stalled: isStalled } = row;
  const state = sealing.open('audit_aggregates', row, row.state) as string;
  return { id, seq: Number(seq), logSeq: Number(logSeq), state, isStalled };
}

export function familyOf(sealing: LedgerSealing, row: PartRow): Family {
  return sealing.open('audit_family_parts', row, row.part) as unknown as Family;
}

export function seenOf(row: SeenRow): Seen {
  const { aggregate_id: aggregateId, hash, filled: isFilled, partition, log_offset: offset } = row;
  return { aggregateId, seq: Number(row.seq), hash, isFilled, partition, offset };
}

/** A finding that does not open hides no other one: it says so in the place of its detail. */
export function findingsOf(
  sealing: LedgerSealing,
  rows: readonly FindingRow[],
): readonly KeptFinding[] {
  return rows.map((row) => ({
    ...{ code: row.code, service: row.service, subject: row.subject },
    ...detailOf(sealing, row),
    ...(row.event_id === null ? {} : { eventId: row.event_id }),
    ...(row.saga_id === null ? {} : { sagaId: row.saga_id }),
    ...{ firstSeen: row.first_seen.toISOString(), lastSeen: row.last_seen.toISOString() },
    ...(row.acknowledged === null ? {} : { acknowledged: row.acknowledged }),
  }));
}

function detailOf(
  sealing: LedgerSealing,
  row: FindingRow,
): Pick<KeptFinding, 'detail' | 'isRefused'> {
  try {
    return { detail: sealing.open('audit_findings', row, row.detail) as string };
  } catch (error) {
    if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;
    return { detail: error.message, isRefused: true };
  }
}

/** Event ids as two columns. */
export function keysOf(ids: readonly EventKey[]): [string[], number[]] {
  return [ids.map(({ aggregateId }) => aggregateId), ids.map(({ seq }) => seq)];
}

/** Writes a change within its transaction, and answers the findings that were not known before. */
export async function writeChange(
  client: Client,
  sealing: LedgerSealing,
  change: LedgerChange,
): Promise<readonly AuditFinding[]> {
  const { service, tracked = [], seen = [], families = [], judged = [], findings = [] } = change;
  const mark = sealing.seal('audit_marks', { service }, change.mark as unknown as Json);
  await run(
    client,
    `insert into audit_marks (service, mark) values ($1, $2)
     on conflict (service) do update set mark = excluded.mark`,
    { values: [service, JSON.stringify(mark)] },
  );
  const own = { client, sealing, service };
  if (tracked.length > 0) await writeTracked(own, tracked);
  if (seen.length > 0) await writeSeen(own, seen);
  if (families.length > 0) await writeFamilies(own, families);
  if (judged.length > 0) {
    const sql = 'delete from audit_family_parts where workflow_id = any($1::text[])';
    await run(client, sql, { values: [[...judged]] });
  }
  const news: AuditFinding[] = [];
  for (const finding of findings) if (await writeFinding(own, finding)) news.push(finding);
  return news;
}

interface Writing {
  readonly client: Client;
  readonly sealing: LedgerSealing;
  readonly service: string;
}

async function writeTracked(
  { client, sealing, service }: Writing,
  tracked: readonly Tracked[],
): Promise<void> {
  const states = tracked.map(({ id, seq, logSeq, state, isStalled: stalled }) =>
    sealing.seal('audit_aggregates', { service, id, seq, log_seq: logSeq, stalled }, state),
  );
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
        ...[tracked.map(({ logSeq }) => logSeq), states],
        tracked.map(({ isStalled }) => isStalled),
      ],
    },
  );
}

async function writeFamilies(
  { client, sealing, service }: Writing,
  families: readonly Family[],
): Promise<void> {
  const parts = families.map((family) => {
    const at = { workflow_id: family.workflowId, service, ended: family.outcome !== undefined };
    return { at, part: sealing.seal('audit_family_parts', at, family as unknown as Json) };
  });
  const values = [
    service,
    parts.map(({ at }) => at.workflow_id),
    parts.map(({ at }) => at.ended),
    parts.map(({ part }) => JSON.stringify(part)),
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

async function writeSeen({ client, service }: Writing, seen: readonly Seen[]): Promise<void> {
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

/**
 * Answers whether it is news. One that is known keeps its first detail, event and saga, if it opens: one that does not
 * was put there by somebody else, and may not keep this one from being told. Throws `STORE_UNAVAILABLE` where the table
 * does not take it.
 */
async function writeFinding({ client, sealing }: Writing, finding: AuditFinding): Promise<boolean> {
  const { code, service, subject, eventId = null, sagaId = null } = finding;
  const at = { code, service, subject, event_id: eventId, saga_id: sagaId };
  const detail = sealing.seal('audit_findings', at, finding.detail);
  const values = [code, service, subject, eventId, sagaId, detail];
  const written = await run<FindingRow & { is_new: boolean }>(
    client,
    `insert into audit_findings (code, service, subject, event_id, saga_id, detail)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (code, service, subject) do update set last_seen = now(), acknowledged = null
     returning *, xmax = 0 as is_new`,
    { values },
  );
  const kept = taken(written.rows, finding);
  if (kept.is_new) return true;
  if (detailOf(sealing, kept).isRefused !== true) return false;
  const again = await run<FindingRow>(
    client,
    `update audit_findings set event_id = $4, saga_id = $5, detail = $6, first_seen = now()
     where code = $1 and service = $2 and subject = $3 returning *`,
    { values },
  );
  taken(again.rows, finding);
  return true;
}

/** The row that was written: a trigger can keep a statement from writing, and it would look as if nothing was new. */
function taken<Row>([row]: readonly Row[], { code, service, subject }: AuditFinding): Row {
  if (row !== undefined) return row;
  const what = `the ledger did not take the finding ${code} of ${service} ${subject}`;
  throw new Fault('STORE_UNAVAILABLE', what);
}
