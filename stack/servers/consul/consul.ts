import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DebBinary, FoundTree } from '../../provision/deb-binary';
import { provideDeb } from '../../provision/deb-binary';
import { ensureTokens } from './tokens';
import { ask } from '../https-request';
import type { Reach, Running, ServerContext, ServerDefinition } from '../server';
import { identityFiles, untilReady } from '../server';

const deb: DebBinary = {
  candidate: {
    subject: 'consul',
    variable: 'HOLDFAST_CONSUL',
    names: ['consul'],
    versionArgs: ['version'],
    versionPattern: /Consul v?([\d.]+)/,
    atLeast: [1, 8],
  },
  key: 'consul-1.8',
  packages: { packages: ['consul'], suite: 'bullseye' },
  file: 'usr/bin/consul',
};

/**
 * `server_name` makes old agents check a service's certificate against `localhost`, a name every one of our
 * certificates has; newer ones can be told per check.
 */
function agentConfig(context: ServerContext, dataDir: string): Record<string, unknown> {
  const files = identityFiles(context.certsDir, 'consul');
  const { consul, consulServer, consulSerf } = context.ports;
  const token = context.secret('consul-management-token');
  return {
    server: true,
    bootstrap_expect: 1,
    node_name: 'holdfast',
    data_dir: dataDir,
    bind_addr: '127.0.0.1',
    client_addr: '127.0.0.1',
    ports: {
      ...{ http: -1, dns: -1, grpc: -1, serf_wan: -1 },
      ...{ https: consul, server: consulServer, serf_lan: consulSerf },
    },
    ...{ verify_incoming: true, verify_outgoing: true, verify_server_hostname: true },
    ...{ ca_file: files.ca, cert_file: files.crt, key_file: files.key },
    enable_agent_tls_for_checks: true,
    server_name: 'localhost',
    acl: {
      enabled: true,
      default_policy: 'deny',
      enable_token_persistence: true,
      tokens: { master: token, agent: token },
    },
    // One server on one machine: it may elect itself at once instead of waiting for others.
    performance: { raft_multiplier: 1 },
    leave_on_terminate: false,
    disable_update_check: true,
    log_level: 'warn',
  };
}

async function leader(context: ServerContext): Promise<void> {
  const url = `https://localhost:${context.ports.consul}/v1/status/leader`;
  if ((await ask(context, { url })) === '""') throw new Error('no leader is elected yet');
}

async function start(found: FoundTree, context: ServerContext): Promise<Running> {
  const folder = path.join(context.stateDir, 'consul');
  const dataDir = path.join(folder, 'data');
  mkdirSync(dataDir, { recursive: true });
  const file = path.join(folder, 'agent.json');
  const config = agentConfig(context, dataDir);
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
  const { binary: command, env, version } = found;
  const args = ['agent', `-config-file=${file}`];
  const child = context.spawn({ name: 'consul', command, args, env });
  const elected = (): Promise<void> => leader(context);
  await untilReady('consul', [child], elected);
  await untilReady('consul', [child], () => ensureTokens(context));
  return { version, port: context.ports.consul, children: [child], ask: elected };
}

async function reload(reach: Reach): Promise<void> {
  const url = `https://localhost:${reach.ports.consul}/v1/agent/reload`;
  const headers = { 'X-Consul-Token': reach.secret('consul-management-token') };
  await ask(reach, { url, method: 'PUT', headers });
}

/** Consul with access lists that deny by default, its API over mutual TLS only. */
export const consul: ServerDefinition = {
  name: 'consul',
  ports: () => ['consul', 'consulServer', 'consulSerf'],
  async provision(note) {
    const found = await provideDeb(deb, note);
    return (context) => start(found, context);
  },
  reload,
};
