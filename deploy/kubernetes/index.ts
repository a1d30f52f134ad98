import { stringify } from 'yaml';
import { platformProcesses } from '../../cli/up/processes';
import type { Manifest } from './model';
import { networkPolicies } from './network';
import { namespace } from './places';
import { manifestsOf } from './processes';

const heading = `# Written by \`npm run kubernetes:write\` from deploy/kubernetes/; change that, not this file.
# Our own processes alone; what has to be there first is in docs/kubernetes.md.
# Checked against the schemas of Kubernetes 1.34, not run.
`;

/** Pods that could gain privileges are refused in it. */
function ownNamespace(): Manifest {
  const enforced = ['enforce', 'audit', 'warn'].map(
    (mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted'] as const,
  );
  return {
    ...{ apiVersion: 'v1', kind: 'Namespace' },
    metadata: { name: namespace, labels: Object.fromEntries(enforced) },
  };
}

/** Every object, in the order they are made. */
export function kubernetesManifests(): readonly Manifest[] {
  return [ownNamespace(), ...networkPolicies(), ...platformProcesses.flatMap(manifestsOf)];
}

/** The file `deploy/kubernetes/holdfast.yaml`. */
export function kubernetesText(): string {
  const options = { lineWidth: 0, aliasDuplicateObjects: false };
  return (
    heading +
    kubernetesManifests()
      .map((one) => `---\n${stringify(one, options)}`)
      .join('')
  );
}
