import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { databaseRoles } from './files';
import type { ServerContext } from '../server';
import { identityFiles } from '../server';

type Reach = Pick<ServerContext, 'certsDir' | 'ports'>;

/** Runs `work` on a connection of the superuser role and closes it. */
export async function asAdmin<T>(
  reach: Reach,
  database: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const files = identityFiles(reach.certsDir, 'admin');
  const client = new Client({
    host: 'localhost',
    port: reach.ports.postgres,
    user: 'admin',
    database,
    connectionTimeoutMillis: 5_000,
    ssl: {
      ca: readFileSync(files.ca),
      cert: readFileSync(files.crt),
      key: readFileSync(files.key),
    },
  });
  client.on('error', () => undefined); // a server stopped meanwhile is told by the query that follows
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function ensureRole(client: Client, role: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
  if (rowCount === 0) await client.query(`create role ${client.escapeIdentifier(role)} login`);
}

async function ensureDatabase(client: Client, database: string, owner: string): Promise<void> {
  const name = client.escapeIdentifier(database);
  const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
  // A database of an older state may belong to somebody who had nothing to keep in it yet.
  const how = rowCount === 0 ? 'create database' : 'alter database';
  const belongs = rowCount === 0 ? 'owner' : 'owner to';
  await client.query(`${how} ${name} ${belongs} ${client.escapeIdentifier(owner)}`);
  await client.query(`revoke connect, temporary on database ${name} from public`);
}

/** Every role but the owner reads what the owner writes, now and later, and can change nothing. */
async function letRead(
  reach: Reach,
  database: string,
  [owner = '', ...readers]: readonly string[],
) {
  if (readers.length === 0) return;
  await asAdmin(reach, database, async (client) => {
    const mine = client.escapeIdentifier(owner);
    for (const reader of readers.map((role) => client.escapeIdentifier(role))) {
      await client.query(
        `grant connect on database ${client.escapeIdentifier(database)} to ${reader}`,
      );
      await client.query(`grant usage on schema public to ${reader}`);
      await client.query(`grant select on all tables in schema public to ${reader}`);
      for (const right of ['select on tables', 'usage on schemas']) {
        await client.query(`alter default privileges for role ${mine} grant ${right} to ${reader}`);
      }
    }
  });
}

/** Name of a database in an instance: the plain one, or `<name>_<instance>`. */
export function databaseName(name: string, instance: string): string {
  return instance ? `${name}_${instance}` : name;
}

/** Creates roles and the databases of an instance where they are missing; safe to repeat. */
export async function ensureDatabases(reach: Reach, instance: string): Promise<void> {
  await asAdmin(reach, 'postgres', async (client) => {
    for (const role of Object.values(databaseRoles).flat()) await ensureRole(client, role);
    for (const [name, [owner]] of Object.entries(databaseRoles)) {
      await ensureDatabase(client, databaseName(name, instance), owner ?? 'admin');
    }
  });
  for (const [name, roles] of Object.entries(databaseRoles)) {
    await letRead(reach, databaseName(name, instance), roles);
  }
}
