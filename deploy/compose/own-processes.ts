import { platformProcesses } from '../../cli/up/processes';
import { environmentOf } from '../../stack/environment';
import { consulTokenOf } from '../../stack/servers/consul/tokens';
import { consulVariables, fromEnv } from '../env-secrets';
import { images, inContainer } from './images';
import type { Condition, Service } from './model';
import { after, certificatesOf, certsMount, healthy, server, stateIn } from './model';
import { composeEndpoints, innerPorts, onLoopback, outerPorts } from './places';

/** What has to be prepared before any of ours starts. Servers that are merely away are waited for inside. */
const prepared: Readonly<Record<string, Condition>> = {
  'init-topics': 'service_completed_successfully',
  'init-namespace': 'service_completed_successfully',
  'init-tables': 'service_completed_successfully',
  'init-replica-set': 'service_completed_successfully',
  'init-realm-check': 'service_completed_successfully',
  'init-discovery': 'service_completed_successfully',
};

/** Key-encryption keys and the log of deletions: a volume that only the key store mounts. */
const keysMount = '/keys';

function environment(name: string): Record<string, string> {
  return {
    ...environmentOf(
      {
        endpoints: composeEndpoints,
        certsDir: certsMount,
        instance: '',
        kekFile: `${keysMount}/kek`,
        consulTokenOf: consulTokenOf((secret) => fromEnv(consulVariables[secret] ?? secret)),
        portOf: () => innerPorts.own,
      },
      name,
    ),
    ...inContainer,
    HOLDFAST_ADVERTISED_HOST: name,
  };
}

type Process = (typeof platformProcesses)[number];

function ownProcess({ name, entry, args }: Process): Service {
  const published =
    name === 'gateway' ? { ports: [onLoopback(outerPorts.gateway, innerPorts.own)] } : {};
  return server({
    image: images.holdfast,
    command: ['node', `dist/${entry}.js`, ...args],
    environment: environment(name),
    volumes: [certificatesOf(name), ...(name === 'keys' ? [stateIn('keys', keysMount)] : [])],
    depends_on: after(prepared),
    healthcheck: healthy(
      'node',
      'dist/deploy/probe.js',
      `https://localhost:${innerPorts.own}/healthz`,
    ),
    stop_grace_period: '20s',
    ...published,
  });
}

/** Gateway, orchestrator, the three services and the projector, all of the one image. */
export function ownServices(): Record<string, Service> {
  return Object.fromEntries(platformProcesses.map((each) => [each.name, ownProcess(each)]));
}
