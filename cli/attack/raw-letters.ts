import { Client } from 'pg';
import type { Config } from '../../platform/runtime/config';
import { postgresOptions } from '../../platform/runtime/connections';
import type { LetterRowKey } from '../../projections/letters/sealing';

/** Dead letters as who owns their database sees them, past the projector. */
export interface RawLetters {
  /** Where the next letter may stand in the topic of these letters. */
  nextOffset(): Promise<string>;
  /** Answers its id. */
  insert(
    at: LetterRowKey,
    sealed: { readonly payload: unknown; readonly headers: unknown },
  ): Promise<string>;
  edited(id: string): Promise<unknown>;
  setEdited(id: string, value: string): Promise<void>;
  /** Takes every letter of the topic away again, with what was done about it. */
  close(): Promise<void>;
}

const insertion = `
  insert into dead_letters (projection, topic, partition, log_offset, aggregate_id, seq, hash, reason,
    detail, message_key, payload, headers, row_keys, copied_at)
  select name, $1, $2, $3, $4, $5, $6, 'SCHEMA_INVALID', 'of an attack', $7, $8, $9::jsonb, '{}', now()
  from generations where projection = $10 and state = 'live' returning id`;

/** Opens the read models' database and takes away what refuses plaintext there; closing puts it back. */
export async function rawLetters(config: Config, topic: string): Promise<RawLetters> {
  const client = new Client(postgresOptions(config, 'readmodels'));
  await client.connect();
  const known = `select pg_get_constraintdef(oid) as text from pg_constraint
    where conname = 'dead_letters_sealed' and conrelid = 'dead_letters'::regclass`;
  const [check] = (await client.query<{ text: string }>(known)).rows;
  await client.query('alter table dead_letters drop constraint if exists dead_letters_sealed');
  return {
    async nextOffset() {
      const text = `select coalesce(max(log_offset) + 1, 0)::text as next from dead_letters
        where topic = $1`;
      return (await client.query<{ next: string }>(text, [topic])).rows[0]?.next ?? '0';
    },
    async insert(at, { payload, headers }) {
      const place = [at.topic, at.partition, at.log_offset, at.aggregate_id, at.seq, at.hash];
      const sealed = [at.message_key, payload, JSON.stringify(headers), at.projection];
      const { rows } = await client.query<{ id: string }>(insertion, [...place, ...sealed]);
      return String(rows[0]?.id);
    },
    async edited(id) {
      const text = 'select edited from dead_letters where id = $1';
      return (await client.query<{ edited: unknown }>(text, [id])).rows[0]?.edited;
    },
    async setEdited(id, value) {
      const text = 'update dead_letters set edited = $2 where id = $1';
      const { rowCount } = await client.query(text, [id, value]);
      if (rowCount !== 1) throw new Error(`${rowCount ?? 0} letters have the id ${id}`);
    },
    async close() {
      await client.query(
        `with gone as (delete from dead_letters where topic = $1 returning aggregate_id)
         delete from dead_letter_acts where aggregate_id in (select aggregate_id from gone)`,
        [topic],
      );
      if (check) {
        const again = `alter table dead_letters add constraint dead_letters_sealed ${check.text}`;
        await client.query(again);
      }
      await client.end();
    },
  };
}
