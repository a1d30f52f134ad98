import type { PoolConfig } from 'pg';
import type { Vaults } from '../platform/host/hosted-service';
import { inTransaction, openPool, run } from '../platform/outbox/postgres/connection';
import { postgresVersionCell } from '../platform/outbox/postgres/schema';
import type { SealedRows } from '../platform/outbox/sealing';
import { versionedTables } from '../platform/outbox/tables-version';
import type { VersionedTables } from '../platform/outbox/tables-version';
import type { Config } from '../platform/runtime/config';
import { readCredentials } from '../platform/security/tls';
import { endpointsIn } from './endpoints';
import type { WebhookEndpoints } from './endpoints';
import { queueIn } from './queue';
import type { WebhookQueue } from './queue';
import { sealedWebhooks } from './resealing';
import { tables, tablesVersion, versionTableName } from './schema';
import { webhookSealing } from './sealing';

const limits = { transactionMs: 5_000, migrateMs: 60_000, connectionsMax: 4 } as const;

/** Asks for rows; parameters are `$1`…`$n`. */
export type AskRows = <Row extends object>(
  text: string,
  values: readonly unknown[],
) => Promise<Row[]>;

/** What the parts of the store are made of. */
export interface Database {
  readonly ask: AskRows;
  /** All of `work`, or nothing. */
  readonly together: <Result>(work: (ask: AskRows) => Promise<Result>) => Promise<Result>;
}

/** Endpoints and deliveries in PostgreSQL. */
export interface WebhookStore extends WebhookEndpoints, WebhookQueue {
  readonly tables: VersionedTables;
  readonly sealedRows: SealedRows;
  readonly ask: AskRows;
  close(): Promise<void>;
}

/** Schema of an instance's webhooks, in the orchestrator's database. */
export const webhookSchema = (instance: string) =>
  instance === '' ? 'webhooks' : `webhooks_${instance}`;

/** Opens a schema of its own in the database of the orchestrator; nothing connects before it is used. */
export function openWebhookStore(config: Config, keys: Vaults): WebhookStore {
  const instance = config.HOLDFAST_INSTANCE;
  const schema = webhookSchema(instance);
  const settings: PoolConfig = {
    host: config.HOLDFAST_POSTGRES_HOST,
    port: config.HOLDFAST_POSTGRES_PORT,
    database: 'sagas',
    user: config.HOLDFAST_NAME,
    // Asked again for every new connection, so that a renewed certificate is used.
    get ssl() {
      return readCredentials(config);
    },
    options: `-c search_path=${schema}`,
    max: limits.connectionsMax,
  };
  const pool = openPool(settings);
  const askOn =
    (client: Parameters<typeof run>[0]): AskRows =>
    async (text, values) =>
      (await run(client, text, { values: [...values] })).rows as never;
  const database: Database = {
    ask: askOn(pool),
    together: (work) =>
      inTransaction(pool, { timeoutMs: limits.transactionMs }, async (client) => ({
        ...{ result: await work(askOn(client)), commit: true },
      })),
  };
  const sealing = webhookSealing(keys.vault('webhooks'), instance);
  return {
    ...endpointsIn(database, sealing),
    ...queueIn(database, sealing),
    tables: versionedTables({
      version: tablesVersion,
      cell: postgresVersionCell(pool, versionTableName),
      expand: () =>
        inTransaction(pool, { timeoutMs: limits.migrateMs }, async (client) => {
          await run(client, `select pg_advisory_xact_lock(hashtext('holdfast ${schema}'))`);
          const { rows } = await run(client, 'select 1 from pg_namespace where nspname = $1', {
            values: [schema],
          });
          if (rows.length === 0) await run(client, `create schema ${schema}`);
          await run(client, tables);
          return { result: undefined, commit: true };
        }),
    }),
    sealedRows: sealedWebhooks(database.ask, sealing),
    ask: database.ask,
    close: () => pool.end(),
  };
}
