import { versionTable } from '../../outbox/postgres/schema';
import { demandOfRows, isSealed, isSealedJson } from '../../outbox/postgres/sealed-columns';

/**
 * Version of the tables below; raise it with every change of them. 2: each service has a part of its own of a family.
 * 3: content is sealed.
 */
export const ledgerTablesVersion = 3;

/** Version since which content is sealed; older code does not begin on these tables. */
export const ledgerSealedSince = 3;

export const ledgerVersionTable = 'tables_version';

/** The auditor's own tables. JSON columns hold one string each. Statements are safe to run at every start. */
export const ledgerTables = `
  create table if not exists audit_owner (
    one boolean primary key default true check (one),
    owner text not null,
    seen_at timestamptz not null default now()
  );
  -- state, part, mark and detail are sealed: see sealing.ts
  create table if not exists audit_marks (service text primary key, mark json not null);
  create table if not exists audit_aggregates (
    service text not null,
    id text collate "C" not null,
    seq bigint not null,
    log_seq bigint not null,
    state text not null,
    stalled boolean not null,
    primary key (service, id)
  );
  create table if not exists audit_events (
    service text not null,
    aggregate_id text collate "C" not null,
    seq bigint not null,
    hash text not null,
    filled boolean not null,
    partition integer not null,
    log_offset bigint not null,
    primary key (service, aggregate_id, seq)
  );
  create index if not exists audit_events_place on audit_events (service, partition, log_offset);
  create table if not exists audit_family_parts (
    workflow_id text not null,
    service text not null,
    ended boolean not null,
    part json not null,
    primary key (workflow_id, service)
  );
  create index if not exists audit_family_parts_ended on audit_family_parts (workflow_id) where ended;
  create table if not exists audit_findings (
    code text not null,
    service text not null,
    subject text not null,
    event_id text,
    saga_id text,
    detail text not null,
    first_seen timestamptz not null default now(),
    last_seen timestamptz not null default now(),
    -- why a person put it aside; null while it is open
    acknowledged text,
    primary key (code, service, subject)
  );
  create table if not exists audit_report (number bigint primary key, line text not null);
  ${versionTable(ledgerVersionTable)};
`;

/** Of version 1, where all services wrote to one row: what is in it counts as what the journal said. */
export const moveFamilies = `
  do $$ begin
    if to_regclass('audit_families') is not null then
      insert into audit_family_parts select workflow_id, 'sagas', ended, family from audit_families
        on conflict do nothing;
      drop table audit_families;
    end if;
  end $$`;

/** The database refuses what was never sealed. */
export const demandSealed: string = [
  demandOfRows('audit_aggregates', isSealed('state')),
  demandOfRows('audit_family_parts', isSealedJson('part', 'json')),
  demandOfRows('audit_marks', isSealedJson('mark', 'json')),
  demandOfRows('audit_findings', isSealed('detail')),
].join(';\n');
