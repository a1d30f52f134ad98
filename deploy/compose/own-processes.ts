import type { OwnProcess } from '../../stack/environment';
import { environmentOf, ownProcesses } from '../../stack/environment';
import { images } from './images';
import type { Condition, Service } from './model';
import { after, certificatesOf, certsMount, healthy, server } from './model';
import { composeEndpoints, innerPorts, onLoopback, outerPorts } from './places';

/** The program of each process; services share one, which learns from its name which of them it is. */
const programs: Record<OwnProcess, readonly string[]> = {
  gateway: ['dist/gateway/main.js'],
  orchestrator: ['dist/workers/orchestrator.js'],
  orders: ['dist/workers/participant.js'],
  payments: ['dist/workers/participant.js'],
  inventory: ['dist/workers/participant.js'],
  projector: ['dist/workers/projector.js'],
};

/** What has to be prepared before any of ours starts. Servers that are merely away are waited for inside. */
const prepared: Readonly<Record<string, Condition>> = {
  'init-topics': 'service_completed_successfully',
  'init-namespace': 'service_completed_successfully',
  'init-tables': 'service_completed_successfully',
  'init-replica-set': 'service_completed_successfully',
  'init-realm-check': 'service_completed_successfully',
  'init-discovery': 'service_completed_successfully',
};

function environment(name: string): Record<string, string> {
  return {
    ...environmentOf(
      {
        endpoints: composeEndpoints,
        certsDir: certsMount,
        instance: '',
        consulToken: '${HOLDFAST_CONSUL_TOKEN:?run npm run compose:secrets}',
        portOf: () => innerPorts.own,
      },
      name,
    ),
    HOLDFAST_HTTP_HOST: '0.0.0.0',
    HOLDFAST_ADVERTISED_HOST: name,
  };
}

function ownProcess(name: OwnProcess): Service {
  const published =
    name === 'gateway' ? { ports: [onLoopback(outerPorts.gateway, innerPorts.own)] } : {};
  return server({
    image: images.holdfast,
    command: ['node', ...programs[name]],
    environment: environment(name),
    volumes: [certificatesOf(name)],
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
  return Object.fromEntries(ownProcesses.map((name) => [name, ownProcess(name)]));
}
