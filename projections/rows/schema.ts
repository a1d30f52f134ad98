import { demandOfRows, isSealed } from '../../platform/outbox/postgres/sealed-columns';

/** Version of the tables since which rows are sealed. */
export const rowsSealedSince = 5;

/**
 * Rows of read models, whole in `sealed`; `listed` has once more what lists are filtered and ordered by. Before
 * version 5 the whole row stood there in plain text, in a column of another name: what was indexed stays indexed.
 */
export const rowTables = `
  do $$ begin
    if exists (select from pg_attribute where attrelid = to_regclass('read_rows')
        and attname = 'row' and not attisdropped) then
      drop view if exists live_rows;
      alter table read_rows rename column row to listed;
      alter table read_rows add column sealed text;
    end if;
  end $$;
  create table if not exists read_rows (
    projection text not null,
    key text not null,
    listed jsonb not null,
    sources text[] not null,
    as_of timestamptz not null,
    updated_at timestamptz not null default now(),
    sealed text,
    primary key (projection, key)
  );
`;

/** The database refuses what was never sealed. */
export const demandSealedRows = demandOfRows(
  'read_rows',
  `sealed is not null and ${isSealed('sealed')}`,
);
