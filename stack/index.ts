import path from 'node:path';
import { ensureKekFile } from '../platform/keys/keks';
import type { Certificates } from './certificates';
import { openCertificates } from './certificates';
import { Keeper } from './children/keeper';
import { claimState, releaseState, stopStale } from './children/stale';
import { endpointsOf, environmentOf, portAllotter } from './environment';
import type { Ports } from './ports';
import { choosePorts, portsFrom } from './ports';
import { keepRenewed } from './renewal/keep';
import { singleTargets, writeTargets } from './scrape-targets';
import { kekFileOf, openSecrets } from './secrets';
import type { Tell } from './server-set';
import { ServerSet } from './server-set';
import { consulTokenOf as tokenOfProcess } from './servers/consul/tokens';
import { ensureTopics } from './servers/kafka/topics';
import { ensureDatabases } from './servers/postgres/databases';
import { serverNames } from './servers/server';
import type { Stack, StackOptions } from './stack';

export type { Endpoints, OwnProcess } from './environment';
export { StackError } from './errors';
export type { ProgressEvent } from './progress';
export type { ServerReport } from './server-set';
export { serverNames } from './servers/server';
export type { Stack, StackOptions } from './stack';
export type { ServerName } from './servers/server';

interface Parts {
  options: StackOptions;
  stateDir: string;
  keeper: Keeper;
  certificates: Certificates;
  ports: Ports;
  servers: ServerSet;
  secret: (name: string) => string;
  tell: Tell;
  release: () => Promise<void>;
}

async function openParts(options: StackOptions): Promise<Parts> {
  const stateDir = path.resolve(options.stateDir);
  const startedAt = Date.now();
  const tell: Tell = (event) =>
    options.onProgress?.({ ...event, elapsedMs: Date.now() - startedAt });
  claimState(stateDir);
  const stale = await stopStale(path.join(stateDir, 'pids'));
  if (stale > 0)
    tell({ subject: 'stack', phase: 'starting', detail: `ended ${stale} left behind` });
  const { base, release } = await choosePorts(stateDir, options.portBase);
  const ports = portsFrom(base);
  writeTargets(
    stateDir,
    singleTargets((name) => `localhost:${ports[name]}`),
  );
  const certificates = await openCertificates(stateDir, options.leafLifeMs);
  const keeper = new Keeper(path.join(stateDir, 'logs'), path.join(stateDir, 'pids'));
  const secret = openSecrets(stateDir);
  ensureKekFile(kekFileOf(stateDir));
  const servers = new ServerSet(
    {
      ...{ stateDir, ports, secret, certsDir: certificates.directory },
      brokers: options.brokers ?? 1,
      fast: options.fast ?? false,
      spawn: (spec) => keeper.spawn(spec),
    },
    tell,
  );
  return { options, stateDir, keeper, certificates, ports, servers, secret, tell, release };
}

async function close(parts: Parts): Promise<void> {
  await parts.servers.stopAll();
  await parts.keeper.close();
  await parts.release();
  releaseState(parts.stateDir);
}

async function prepareInstance(parts: Parts, instance: string): Promise<void> {
  const reach = {
    certsDir: parts.certificates.directory,
    ports: parts.ports,
    brokers: parts.options.brokers ?? 1,
  };
  const started = new Set(parts.servers.reports().map(({ name }) => name));
  await Promise.all([
    started.has('postgres') ? ensureDatabases(reach, instance) : undefined,
    started.has('kafka') ? ensureTopics(reach, instance) : undefined,
  ]);
}

/** Whoever starts it is not kept waiting by it, and no renewal begins while servers are being taken down. */
function renewing(parts: Parts): () => Promise<void> {
  const { stateDir, certificates, ports, secret, servers, tell } = parts;
  const brokers = parts.options.brokers ?? 1;
  const reach = { stateDir, certsDir: certificates.directory, ports, brokers, secret };
  return keepRenewed({ reach, servers, tell });
}

function stackOf(parts: Parts): Stack {
  const { certificates, keeper, ports, servers, stateDir, tell } = parts;
  const endpoints = endpointsOf(ports, parts.options.brokers ?? 1);
  const certsDir = certificates.directory;
  const portOf = portAllotter(ports);
  const consulTokenOf = tokenOfProcess(parts.secret);
  const instance = parts.options.instance ?? '';
  const kekFile = kekFileOf(stateDir);
  const environmentFor = (name: string): Record<string, string> =>
    environmentOf({ endpoints, certsDir, instance, consulTokenOf, kekFile, portOf }, name);
  const stopRenewing = renewing(parts);
  let closing: Promise<void> | undefined;
  return {
    ...{ stateDir, certsDir, ports, endpoints, keeper, tell, environmentFor },
    adminEnvironment: () => environmentFor('admin'),
    ensureCertificate: certificates.ensure,
    prepareInstance: (name) => prepareInstance(parts, name),
    servers: async () => servers.reports(),
    stopServer: (name) => servers.stop(name),
    startServer: (name) => servers.start(name),
    haltServer: (name, how, only) => servers.halt(name, how, only),
    reviveServer: (name) => servers.revive(name),
    signalServer: (name, signal, only) => servers.signal(name, signal, only),
    stop: () => (closing ??= stopRenewing().then(() => close(parts))),
  };
}

/** Never resolves; rejects with the signal's reason when somebody gives up. */
export function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const give = (): void => reject(signal?.reason as Error);
    if (signal?.aborted) give();
    signal?.addEventListener('abort', give, { once: true });
  });
}

/**
 * Starts the servers, each as soon as its own provisioning is done. Rejects with a StackError after ending
 * whatever had started; resolves when every server answered the question it was started for.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const parts = await openParts(options);
  const wanted = options.servers ?? serverNames;
  try {
    const starting = Promise.all(wanted.map((name) => parts.servers.start(name)));
    await Promise.race([starting, aborted(options.signal)]);
    return stackOf(parts);
  } catch (error) {
    await close(parts);
    throw error;
  }
}
