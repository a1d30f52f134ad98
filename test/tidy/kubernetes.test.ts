import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { serviceNames } from '../../activities/list';
import { platformProcesses } from '../../cli/up/processes';
import { repeatable } from '../../cli/up/instances';
import { kubernetesText } from '../../deploy/kubernetes';
import { callers } from '../../deploy/kubernetes/network';
import { sizes } from '../../deploy/kubernetes/sizes';
import { describeFindings } from './checks/finding';
import { checkAgainstKubernetes, checkPods } from './checks/kubernetes-rules';
import type { KubernetesObject } from './checks/kubernetes-rules';
import { root } from './checks/repository';

const text = readFileSync(path.join(root, 'deploy/kubernetes/holdfast.yaml'), 'utf8');
const objects = parseAllDocuments(text).map((one) => one.toJS() as KubernetesObject);
const gateway = objects.find(
  ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'gateway',
)!;

/** The gateway's Deployment with other members in its spec, its pod or its container. */
function gatewayWith(changes: { spec?: object; pod?: object; container?: object }) {
  const { spec = {} } = gateway;
  const pod = spec.template!.spec;
  const container = { ...pod.containers[0], ...changes.container };
  return {
    ...gateway,
    spec: {
      ...{ ...spec, ...changes.spec },
      template: { spec: { ...pod, ...changes.pod, containers: [container] } },
    },
  } as KubernetesObject;
}

test('holdfast.yaml is what its generator writes: run npm run kubernetes:write', () => {
  expect(text).toBe(kubernetesText());
});

test('every object fits the schema of Kubernetes', () => {
  expect(describeFindings(checkAgainstKubernetes(objects))).toBe('');
});

test.each([
  ['an unknown member of a pod', { pod: { serviceAcountName: 'gateway' } }],
  ['a number as text', { spec: { replicas: 'two' } }],
  ['a container without a name', { container: { name: undefined } }],
])('the schema refuses %s', (_title, changes) => {
  const changed = JSON.parse(JSON.stringify(gatewayWith(changes))) as KubernetesObject;
  expect(checkAgainstKubernetes([changed])).not.toEqual([]);
});

test('pods keep the house rules', () => {
  expect(describeFindings(checkPods(objects))).toBe('');
});

const hardened = gateway.spec!.template!.spec.containers[0]!.securityContext;

test.each([
  ['a token of the cluster', { pod: { automountServiceAccountToken: undefined } }],
  ['the network of the machine', { pod: { hostNetwork: true } }],
  ['a folder of the machine', { pod: { volumes: [{ name: 'a', hostPath: { path: '/' } }] } }],
  ['a root', { pod: { securityContext: { seccompProfile: {} } } }],
  ['every system call', { pod: { securityContext: { runAsNonRoot: true } } }],
  ['an image called latest', { container: { image: 'holdfast:latest' } }],
  ['an image without a version', { container: { image: 'holdfast' } }],
  [
    'a file system it may write to',
    { container: { securityContext: { ...hardened, readOnlyRootFilesystem: false } } },
  ],
  ['everything', { container: { securityContext: { ...hardened, privileged: true } } }],
  [
    'capabilities',
    {
      container: { securityContext: { ...hardened, capabilities: { drop: ['ALL'], add: ['X'] } } },
    },
  ],
  ['no probe', { container: { livenessProbe: undefined } }],
  ['no limit', { container: { resources: { requests: { cpu: '1', memory: '1Gi' } } } }],
  ['a secret for all to read', { container: { env: [{ name: 'A_TOKEN', value: 'x' }] } }],
])('the house rules refuse %s', (_title, changes) => {
  expect(checkPods([gatewayWith(changes)])).toHaveLength(1);
});

test('what is there more than once may lose one at a time', () => {
  const scaled = { kind: 'Deployment', metadata: { name: 'x' }, spec: { replicas: 2 } };
  expect(checkPods([scaled])).toHaveLength(1);
});

test('only what may be there more than once is', () => {
  const several = platformProcesses.map(({ name }) => name).filter((name) => sizes[name].max > 1);
  expect(several.toSorted()).toEqual([...repeatable].toSorted());
});

test('every process is reached by those who ask it, and the key store by all', () => {
  expect(callers.keys).toHaveLength(platformProcesses.length - 1);
  for (const name of serviceNames) expect(callers[name]).toEqual(['gateway', 'orchestrator']);
});

test('a patch finds where Temporal is at the place that docs/kubernetes.md names', () => {
  const guide = readFileSync(path.join(root, 'docs/kubernetes.md'), 'utf8');
  const places = [...guide.matchAll(/containers\/0\/env\/(\d+)\/value/g)].map(([, at]) =>
    Number(at),
  );
  expect(places).toHaveLength(1);
  const pods = objects.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind));
  const named = pods.map(({ spec }) => spec!.template!.spec.containers[0]!.env![places[0]!]!.name);
  expect(new Set(named)).toEqual(new Set(['HOLDFAST_TEMPORAL_ADDRESS']));
});
