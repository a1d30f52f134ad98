import { chownSync, copyFileSync, chmodSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { servicesOn } from '../../../activities/list';
import type { ServerContext } from '../server';
import { identityFiles } from '../server';
import type { Unprivileged } from './unprivileged';

/** Which role may open which of our databases, the owner first; everything else about them is refused at the door. */
export const databaseRoles: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(servicesOn('postgresql').map((name) => [name, [name, 'auditor']])),
  sagas: ['orchestrator', 'auditor'],
  readmodels: ['projector', 'gateway', 'auditor'],
  audit: ['auditor'],
  keys: ['keys'],
};

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

/** PostgreSQL's own name of each file of ours. */
const certificateFiles = { ca: 'ca.crt', crt: 'server.crt', key: 'server.key' } as const;

/** PostgreSQL refuses a key that others can read. */
function giveTo(owner: Unprivileged, file: string): void {
  chmodSync(file, 0o600);
  if (owner.uid !== undefined) chownSync(file, owner.uid, owner.gid ?? owner.uid);
}

/** Copies the certificate beside the data, each file whole or not at all. */
function copyCertificate(
  context: Pick<ServerContext, 'certsDir'>,
  dataDir: string,
  owner: Unprivileged,
): void {
  const from = identityFiles(context.certsDir, 'postgres');
  for (const [part, name] of Object.entries(certificateFiles)) {
    const file = path.join(dataDir, name);
    copyFileSync(from[part as keyof typeof certificateFiles], `${file}.new`);
    giveTo(owner, `${file}.new`);
    renameSync(`${file}.new`, file);
  }
}

/** The same for a server that runs, whoever it runs as; it reads them when it is told to. */
export function replaceCertificate(
  context: Pick<ServerContext, 'certsDir'>,
  dataDir: string,
): void {
  const { uid, gid } = statSync(path.join(dataDir, certificateFiles.key));
  copyCertificate(context, dataDir, { uid, gid, prefix: [] });
}

/** Writes configuration and certificate into the data folder, owned by whoever the server runs as. */
export function writePostgresFiles(
  context: ServerContext,
  dataDir: string,
  as: Unprivileged,
): void {
  copyCertificate(context, dataDir, as);
  const written = { 'postgresql.conf': settings(context), 'pg_hba.conf': accessRules() };
  for (const [name, content] of Object.entries(written)) {
    const file = path.join(dataDir, name);
    writeFileSync(file, content);
    giveTo(as, file);
  }
}
