import { versionTable } from '../../outbox/postgres/schema';

/** Version of the tables below; raise it with every change of them. */
export const ledgerTablesVersion = 2;

export const ledgerVersionTable = 'tables_version';

/** The auditor's own tables. Statements are safe to run at every start. */
export const ledgerTables = `
  create table if not exists audit_owner (
    one boolean primary key default true check (one),
    owner text not null,
    seen_at timestamptz not null default now()
  );
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
  -- of version 1, where all services wrote to one row: what is in it moves, and counts as what the journal said
  create table if not exists audit_families (
    workflow_id text primary key,
    ended boolean not null,
    family json not null
  );
  with moved as (delete from audit_families returning workflow_id, ended, family)
    insert into audit_family_parts select workflow_id, 'sagas', ended, family from moved
    on conflict do nothing;
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
