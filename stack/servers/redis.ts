import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import type { DebBinary, FoundTree } from '../provision/deb-binary';
import { provideDeb } from '../provision/deb-binary';
import { runTool } from '../cache/tool';
import type { Reach, Running, ServerContext, ServerDefinition } from './server';
import { identityFiles, untilReady } from './server';

/** Asked to listen nowhere, both builds end at once; the one without TLS does so over the TLS option. */
async function hasTls(binary: string): Promise<boolean> {
  const run = { subject: 'redis', fix: '', timeoutMs: 10_000 };
  const nowhere = ['--port', '0', '--tls-auth-clients', 'yes', '--save', ''];
  return runTool(binary, nowhere, run).then(
    () => true,
    (error: Error) => !/bad directive/i.test(error.message),
  );
}

const deb: DebBinary = {
  candidate: {
    subject: 'redis-server',
    variable: 'HOLDFAST_REDIS_SERVER',
    names: ['redis-server', 'valkey-server'],
    versionArgs: ['--version'],
    versionPattern: /v=([\d.]+)/,
    atLeast: [6],
    alsoNeeds: hasTls,
  },
  key: 'redis',
  packages: { packages: ['redis-server', 'redis-tools', 'liblzf1', 'libjemalloc2'] },
  file: 'usr/bin/redis-server',
};

function serverArgs(context: ServerContext, dataDir: string): string[] {
  const files = identityFiles(context.certsDir, 'redis');
  return [
    ...['--port', '0', '--tls-port', String(context.ports.redis), '--bind', '127.0.0.1'],
    ...['--tls-cert-file', files.crt, '--tls-key-file', files.key, '--tls-ca-cert-file', files.ca],
    ...['--tls-auth-clients', 'yes', '--dir', dataDir, '--appendonly', 'yes'],
    ...['--maxmemory', '256mb', '--maxmemory-policy', 'allkeys-lru'],
  ];
}

async function withAdmin<Answer>(
  context: Pick<ServerContext, 'certsDir' | 'ports'>,
  question: (client: Redis) => Promise<Answer>,
): Promise<Answer> {
  const files = identityFiles(context.certsDir, 'admin');
  const client = new Redis({
    host: 'localhost',
    port: context.ports.redis,
    lazyConnect: true,
    connectTimeout: 2_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    tls: {
      ca: readFileSync(files.ca),
      cert: readFileSync(files.crt),
      key: readFileSync(files.key),
    },
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await question(client);
  } finally {
    client.disconnect();
  }
}

async function start(found: FoundTree, context: ServerContext): Promise<Running> {
  const dataDir = path.join(context.stateDir, 'redis');
  mkdirSync(dataDir, { recursive: true });
  const args = serverArgs(context, dataDir);
  const { binary: command, env, version } = found;
  const child = context.spawn({ name: 'redis', command, args, env });
  const ask = (): Promise<unknown> => withAdmin(context, (client) => client.ping());
  await untilReady('redis', [child], ask);
  return { version, port: context.ports.redis, children: [child], ask };
}

/** Setting any of the three reads all of them again; the authorities last, since that one is always whole. */
async function reload(reach: Reach): Promise<void> {
  const files = identityFiles(reach.certsDir, 'redis');
  await withAdmin(reach, async (client) => {
    await client.config('SET', 'tls-cert-file', files.crt);
    await client.config('SET', 'tls-ca-cert-file', files.ca);
  });
}

/** Redis, TLS only, every client with a certificate of ours. A cache: it may forget. */
export const redis: ServerDefinition = {
  name: 'redis',
  ports: () => ['redis'],
  async provision(note) {
    const found = await provideDeb(deb, note);
    return (context) => start(found, context);
  },
  reload,
};
