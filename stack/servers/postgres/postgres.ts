import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { StackError } from '../../errors';
import type { PostgresBinaries } from '../../provision/postgres';
import { providePostgres } from '../../provision/postgres';
import { asAdmin, ensureDatabases } from './databases';
import { replaceCertificate, writePostgresFiles } from './files';
import type { Reach, Running, ServerContext, ServerDefinition } from '../server';
import { untilReady } from '../server';
import type { Unprivileged } from './unprivileged';
import { dropPrivileges } from './unprivileged';

function libraries(binaries: PostgresBinaries): Record<string, string> {
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  return binaries.libraryPath ? { [variable]: binaries.libraryPath } : {};
}

/** A program of PostgreSQL, as whoever it agrees to run as. */
function command(binaries: PostgresBinaries, as: Unprivileged, name: string, args: string[]) {
  const [first = '', ...rest] = [...as.prefix, path.join(binaries.bin, name), ...args];
  return { command: first, args: rest };
}

/** Data written by another major version cannot be opened; say so before PostgreSQL does. */
function requireSameMajor(binaries: PostgresBinaries, dataDir: string): void {
  const written = readFileSync(path.join(dataDir, 'PG_VERSION'), 'utf8').trim();
  const major = binaries.version.split('.')[0];
  if (written === major) return;
  throw new StackError({
    code: 'STATE_MISMATCH',
    subject: 'postgres',
    cause: `${dataDir} was written by PostgreSQL ${written}, and this is ${binaries.version}`,
    fix: `set HOLDFAST_POSTGRES_BIN to a PostgreSQL ${written}, or delete the state folder`,
  });
}

async function initialise(
  binaries: PostgresBinaries,
  as: Unprivileged,
  context: ServerContext,
  dataDir: string,
): Promise<void> {
  const marker = path.join(dataDir, 'PG_VERSION');
  if (existsSync(marker)) return requireSameMajor(binaries, dataDir);
  const quick = context.fast ? ['--no-sync'] : [];
  const locale = ['--encoding=UTF8', '--locale=C', '--no-instructions'];
  const initdb = ['-D', dataDir, '-U', 'admin', '-A', 'trust', ...locale, ...quick];
  const { command: program, args } = command(binaries, as, 'initdb', initdb);
  const child = context.spawn({
    name: 'postgres-initdb',
    command: program,
    args,
    env: libraries(binaries),
    uid: as.uid,
    gid: as.gid,
  });
  const exit = await child.exited;
  if (exit.code === 0) return;
  rmSync(marker, { force: true });
  throw new StackError({
    code: 'SERVER_CRASHED',
    subject: 'postgres',
    cause: `initdb ended with ${exit.error?.message ?? exit.code}`,
    logLines: child.logTail(),
    logFile: child.logFile,
    fix: 'read the lines above; the state folder must be writable',
  });
}

async function start(binaries: PostgresBinaries, context: ServerContext): Promise<Running> {
  const dataDir = path.join(context.stateDir, 'postgres');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const as = await dropPrivileges(dataDir, binaries.bin);
  await initialise(binaries, as, context, dataDir);
  writePostgresFiles(context, dataDir, as);
  const { command: program, args } = command(binaries, as, 'postgres', ['-D', dataDir]);
  const child = context.spawn({
    name: 'postgres',
    command: program,
    args,
    env: libraries(binaries),
    uid: as.uid,
    gid: as.gid,
    stopSignal: 'SIGINT', // fast shutdown: SIGTERM would wait for every client to leave
  });
  const ask = (): Promise<unknown> => asAdmin(context, 'postgres', (db) => db.query('select 1'));
  await untilReady('postgres', [child], ask);
  await ensureDatabases(context, '');
  return { version: binaries.version, port: context.ports.postgres, children: [child], ask };
}

async function reload(reach: Reach): Promise<void> {
  replaceCertificate(reach, path.join(reach.stateDir, 'postgres'));
  await asAdmin(reach, 'postgres', (db) => db.query('select pg_reload_conf()'));
}

/** PostgreSQL with certificate authentication: the certificate's common name is the role. */
export const postgres: ServerDefinition = {
  name: 'postgres',
  ports: () => ['postgres'],
  async provision(note) {
    const binaries = await providePostgres(note);
    return (context) => start(binaries, context);
  },
  reload,
};
