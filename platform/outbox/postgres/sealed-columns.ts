/** SQL: whether a text is a sealed one; `text` is SQL for it. Nothing and plaintext are none. */
export const isSealed = (text: string): string => `starts_with(${text}, 'hf1.')`;

/** The same of a column of this type, whose value is the sealed text as a JSON string. */
export const isSealedJson = (column: string, type: 'json' | 'jsonb'): string =>
  `${type}_typeof(${column}) = 'string' and ${isSealed(`${column} #>> '{}'`)}`;

/** SQL for the id of the key that a text is sealed with; empty for nothing and for plaintext. */
export const keyIdOf = (text: string): string =>
  `coalesce(substring(${text} from '^hf1\\.([A-Za-z0-9_-]{1,64})\\.'), '')`;

/**
 * Statement that has the database refuse rows of a table for which `check` is not true; safe to repeat. Rows that are
 * there are not looked at: whoever reads them refuses them.
 */
export const demandOfRows = (table: string, check: string): string => `do $$ begin
    if not exists (select from pg_constraint
        where conrelid = '${table}'::regclass and conname = '${table}_sealed') then
      alter table ${table} add constraint ${table}_sealed check (${check}) not valid;
    end if;
  end $$`;
