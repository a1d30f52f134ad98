/**
 * Generations of read models. Every table has one of their names where it says `projection`, so that a new generation
 * can be built beside the live one; which one is read and maintained is a single row here. Rows stay when a generation
 * is dropped: its number is never given again.
 */
export const generationTables = `
  create table if not exists generations (
    projection text not null,
    number integer not null,
    -- what stands in the column projection of the other tables
    name text not null unique,
    state text not null check (state in ('live', 'building', 'kept', 'dropped')),
    -- hash of the code it is folded with
    fold text,
    started_at timestamptz not null default now(),
    switched_at timestamptz,
    primary key (projection, number)
  );
  create unique index if not exists generations_state on generations (projection, state)
    where state <> 'dropped';
`;

const views = {
  live_checkpoints: `select g.projection, c.topic, c.partition, c.next_offset, c.log_end, c.event_time,
    c.updated_at, c.halt_code, c.halt_detail, c.halted_at, c.projection as generation
    from checkpoints c join generations g on g.name = c.projection and g.state = 'live'`,
  live_applied_events: `select g.projection, e.aggregate_id, e.seq, e.hash
    from applied_events e join generations g on g.name = e.projection and g.state = 'live'`,
  live_positions: `select g.projection, p.aggregate_id, p.last_seq, p.last_hash
    from aggregate_positions p join generations g on g.name = p.projection and g.state = 'live'`,
  live_rows: `select g.projection, r.key, r.listed, r.sources, r.as_of, r.updated_at,
    r.sealed, r.projection as generation
    from read_rows r join generations g on g.name = r.projection and g.state = 'live'`,
  live_dead_letters: `select d.id, g.projection, d.topic, d.partition, d.log_offset, d.aggregate_id,
    d.seq, d.hash, d.reason, d.detail, d.message_key, d.payload, d.headers, d.row_keys, d.parked_at,
    d.copied_at, d.group_id, d.cause, d.edited, d.edits
    from dead_letters d join generations g on g.name = d.projection and g.state = 'live'`,
} as const;

/** Columns are only ever added, at the end. */
const lastColumns: Readonly<Record<keyof typeof views, string>> = {
  live_checkpoints: 'generation',
  live_applied_events: 'hash',
  live_positions: 'last_hash',
  live_rows: 'generation',
  live_dead_letters: 'edits',
};

/**
 * What is live, under the projections' own names; the last of the tables, since it looks at them. Made only where it is
 * missing, or lacks its last column: replacing a view would keep its readers waiting.
 */
export const liveViews = Object.entries(views)
  .map(
    ([name, query]) => `do $$ begin
    if not exists (select from pg_attribute where attrelid = to_regclass('${name}')
        and attname = '${lastColumns[name as keyof typeof views]}') then
      create or replace view ${name} as ${query};
    end if;
  end $$;`,
  )
  .join('\n');
