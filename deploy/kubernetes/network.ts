import { forServices } from '../../activities/list';
import { platformProcesses } from '../../cli/up/processes';
import type { PlatformProcess } from '../../cli/up/processes';
import type { Yaml } from '../compose/model';
import { labelsOf, manifest } from './model';
import type { Manifest } from './model';
import { ownPort, visitors } from './places';

const everyone = platformProcesses.map(({ name }) => name);

/**
 * Which of our processes asks which: the gateway routes, the orchestrator sends steps straight to services, and all of
 * them need keys. What a caller may do is decided by its certificate; this only keeps strangers away from the port.
 */
export const callers: Readonly<Record<PlatformProcess, readonly PlatformProcess[]>> = {
  gateway: [],
  orchestrator: ['gateway'],
  ...forServices(() => ['gateway', 'orchestrator'] as const),
  projector: ['gateway'],
  auditor: [],
  keys: everyone.filter((name) => name !== 'keys'),
};

const inNamespace = (name: string): Yaml => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});

function allowed(name: PlatformProcess): Manifest {
  const ours = callers[name].map((caller) => ({ podSelector: { matchLabels: labelsOf(caller) } }));
  const visiting = Object.values(visitors).map(inNamespace);
  // The gateway faces whatever stands before the cluster: a rule without `from` lets everybody in.
  const from = name === 'gateway' ? {} : { from: [...ours, ...visiting] };
  return manifest(['networking.k8s.io/v1', 'NetworkPolicy'], name, {
    spec: {
      podSelector: { matchLabels: labelsOf(name) },
      policyTypes: ['Ingress'],
      ingress: [{ ...from, ports: [{ protocol: 'TCP', port: ownPort }] }],
    },
  });
}

/** Nobody gets in, but where a process lets them. */
export function networkPolicies(): readonly Manifest[] {
  const closed = manifest(
    ['networking.k8s.io/v1', 'NetworkPolicy'],
    'nobody',
    { spec: { podSelector: {}, policyTypes: ['Ingress'] } },
    { 'app.kubernetes.io/part-of': 'holdfast' },
  );
  return [closed, ...everyone.map(allowed)];
}
