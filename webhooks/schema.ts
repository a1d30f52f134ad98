import { versionTable } from '../platform/outbox/postgres/schema';

/** Version of the tables below; raise it with every change of them. */
export const tablesVersion = 1;

export const versionTableName = 'tables_version';

/**
 * Endpoints, and what is to be sent to them. URLs, secrets and messages are sealed. An endpoint has one delivery at
 * work at a time, under its lease.
 */
export const tables = `
  create table if not exists webhook_endpoints (
    id text collate "C" primary key,
    -- pseudonym
    owner text not null,
    events text[] not null,
    -- types of sagas; none: all of them
    sagas text[] not null,
    sealed text not null check (starts_with(sealed, 'hf1.')),
    state text not null default 'enabled' check (state in ('enabled', 'disabled')),
    disabled_for text,
    -- of what it was asked to be at first
    request_hash text not null,
    -- the act that replaced its secret last
    rotated_by text,
    created_at timestamptz not null default now(),
    failing_since timestamptz,
    lease text,
    leased_until timestamptz not null default 'epoch'
  );
  create index if not exists webhook_endpoints_owner on webhook_endpoints (owner, id);
  create index if not exists webhook_endpoints_turn
    on webhook_endpoints (leased_until, id) where state = 'enabled';
  create table if not exists webhook_deliveries (
    id text collate "C" primary key,
    endpoint text collate "C" not null references webhook_endpoints on delete cascade,
    type text not null,
    saga text,
    workflow_id text,
    sealed text not null check (starts_with(sealed, 'hf1.')),
    state text not null check (state in ('pending', 'delivered', 'dead')),
    attempts integer not null default 0,
    -- attempts since somebody asked for it
    round integer not null default 0,
    due_at timestamptz not null default now(),
    last_at timestamptz,
    last_status integer,
    last_error text,
    created_at timestamptz not null default now(),
    ended_at timestamptz
  );
  create index if not exists webhook_deliveries_due
    on webhook_deliveries (endpoint, due_at, id) where state = 'pending';
  create index if not exists webhook_deliveries_listed
    on webhook_deliveries (endpoint, created_at desc, id desc);
  create index if not exists webhook_deliveries_ended
    on webhook_deliveries (state, ended_at) where ended_at is not null;
  ${versionTable(versionTableName)};
`;
