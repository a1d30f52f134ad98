import { chownSync, copyFileSync, chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ServerContext } from '../server';
import { identityFiles } from '../server';
import type { Unprivileged } from './unprivileged';

/** Which role may open which of our databases, the owner first; everything else about them is refused at the door. */
export const databaseRoles = {
  payments: ['payments', 'auditor'],
  sagas: ['orchestrator', 'auditor'],
  readmodels: ['projector', 'gateway', 'auditor'],
  audit: ['auditor'],
  keys: ['keys'],
} as const satisfies Record<string, readonly string[]>;

function settings(context: ServerContext): string {
  return [
    "listen_addresses = '127.0.0.1'",
    `port = ${context.ports.postgres}`,
    "unix_socket_directories = ''",
    'ssl = on',
    "ssl_cert_file = 'server.crt'",
    "ssl_key_file = 'server.key'",
    "ssl_ca_file = 'ca.crt'",
    "ssl_min_protocol_version = 'TLSv1.2'",
    'max_connections = 150',
    'shared_buffers = 64MB',
    'wal_level = logical',
    'max_slot_wal_keep_size = 512MB',
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    '',
  ].join('\n');
}

/**
 * Who may come in. Every line asks for a certificate. The databases of a named instance (tests, a second
 * world on the same servers) are not known here, so for those the CONNECT privilege alone decides.
 */
function accessRules(): string {
  const from = '127.0.0.1/32';
  const own = Object.entries(databaseRoles)
    .filter(([, roles]) => roles.length > 0)
    .map(([database, roles]) => `hostssl ${database} ${roles.join(',')} ${from} cert`);
  const ours = [...Object.keys(databaseRoles), 'postgres', 'template1'].join(',');
  const services = Object.values(databaseRoles).flat().join(',');
  return [
    `hostssl all admin ${from} cert`,
    ...own,
    `hostssl ${ours} all ${from} reject`,
    `hostssl all ${services} ${from} cert`,
    '',
  ].join('\n');
}

/** Writes configuration and certificate into the data folder, owned by whoever the server runs as. */
export function writePostgresFiles(
  context: ServerContext,
  dataDir: string,
  as: Unprivileged,
): void {
  const file = (name: string): string => path.join(dataDir, name);
  const { ca, crt, key } = identityFiles(context.certsDir, 'postgres');
  copyFileSync(ca, file('ca.crt'));
  copyFileSync(crt, file('server.crt'));
  copyFileSync(key, file('server.key'));
  writeFileSync(file('postgresql.conf'), settings(context));
  writeFileSync(file('pg_hba.conf'), accessRules());
  for (const name of ['ca.crt', 'server.crt', 'server.key', 'postgresql.conf', 'pg_hba.conf']) {
    chmodSync(file(name), 0o600); // PostgreSQL refuses a key that others can read
    if (as.uid !== undefined) chownSync(file(name), as.uid, as.gid ?? as.uid);
  }
}
