import type { AskRows } from './store';
import { isFault, wordsOf } from '../platform/kernel/faults';
import { keyIdOf } from '../platform/outbox/postgres/sealed-columns';
import { alsoRefused, demandOpened, noneRefused } from '../platform/outbox/refused-rows';
import type { SealedRows } from '../platform/outbox/sealing';
import type { WebhookSealing } from './sealing';

type StoredRow = {
  readonly id: string;
  /** Owner of an endpoint, endpoint of a delivery. */
  readonly of: string;
  readonly sealed: string;
};

const keyUse = `
  select ${keyIdOf('sealed')} as key, count(*) from
    (select sealed from webhook_endpoints union all select sealed from webhook_deliveries) as s
  group by 1`;

const tables = [
  {
    table: 'webhook_endpoints',
    of: 'owner',
    again: (sealing: WebhookSealing, { id, of: owner, sealed }: StoredRow) =>
      sealing.sealEndpoint({ id, owner }, sealing.openEndpoint({ id, owner }, sealed)),
  },
  {
    table: 'webhook_deliveries',
    of: 'endpoint',
    again: (sealing: WebhookSealing, { id, of: endpoint, sealed }: StoredRow) =>
      sealing.sealBody({ id, endpoint }, sealing.openBody({ id, endpoint }, sealed)),
  },
] as const;

/** Under which keys endpoints and deliveries are sealed, and sealing them anew. */
export function sealedWebhooks(ask: AskRows, sealing: WebhookSealing): SealedRows {
  const after = new Map<string, string>();
  let refused = noneRefused;

  /** Rows of one table behind the last look; those that do not open are passed by, and named at the end. */
  async function look({ table, of, again }: (typeof tables)[number], limitMax: number) {
    const page = `select id, ${of} as of, sealed from ${table}
      where id > $1 and not starts_with(sealed, $2) order by id limit $3`;
    const values = [after.get(table) ?? '', sealing.prefix(), limitMax];
    const rows = await ask<StoredRow>(page, values);
    const words: string[] = [];
    let done = 0;
    for (const row of rows) {
      after.set(table, row.id);
      try {
        const text = again(sealing, row);
        const sql = `update ${table} set sealed = $2 where id = $1 and sealed = $3`;
        await ask(sql, [row.id, text, row.sealed]);
        done += 1;
      } catch (error) {
        if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;
        words.push(wordsOf(error));
      }
    }
    refused = alsoRefused(refused, words);
    return { done, isEnd: rows.length < limitMax };
  }

  return {
    async keyUse() {
      const rows = await ask<{ key: string; count: string }>(keyUse, []);
      return new Map(rows.map(({ key, count }) => [key, Number(count)]));
    },
    async reseal(limitMax) {
      for (const one of tables) {
        for (;;) {
          const { done, isEnd } = await look(one, limitMax);
          if (done > 0) return done;
          if (isEnd) break;
        }
      }
      after.clear();
      const before = refused;
      refused = noneRefused;
      demandOpened(before);
      return 0;
    },
  };
}
