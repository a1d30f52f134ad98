/** Snapshots of folds, for looks into the past: a cache that may be emptied at any time. */
export const snapshotTables = `
  create table if not exists snapshots (
    id bigint generated always as identity primary key,
    projection text not null,
    -- identity of the code that folded it
    fold text not null,
    -- next offset by <topic>/<partition>
    places jsonb not null,
    records bigint not null,
    rows integer not null,
    -- over the chunks in order, before they were sealed; sealed itself
    checksum text not null,
    taken_at timestamptz not null default now()
  );
  create index if not exists snapshots_projection on snapshots (projection, id);
  create table if not exists snapshot_chunks (
    snapshot_id bigint not null references snapshots on delete cascade,
    number integer not null,
    -- gzip of JSON, sealed
    body bytea not null,
    primary key (snapshot_id, number)
  );
`;
