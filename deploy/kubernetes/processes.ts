import type { PlatformProcess, platformProcesses } from '../../cli/up/processes';
import { environmentOf } from '../../stack/environment';
import { consulTokenOf } from '../../stack/servers/consul/tokens';
import { imageVersions, inContainer } from '../compose/images';
import { certsMount } from '../compose/model';
import type { Yaml } from '../compose/model';
import { labelsOf, manifest } from './model';
import type { Manifest } from './model';
import { clusterEndpoints, ownPort } from './places';
import { heapOf, sizes } from './sizes';

type Process = (typeof platformProcesses)[number];

/** The unprivileged user of our image. */
const user = 1_000;
const keysMount = '/keys';
const kekMount = '/kek';
/** Readable by our group alone; Kubernetes wants the number. */
const groupReads = 0o440;
const tokenName = /^consul-token-/;

/** A secret is asked for where it is used; everything else stands in the file. */
function variable(name: string, value: string): Yaml {
  if (!tokenName.test(value)) return { name, value };
  const secretKeyRef = { name: 'holdfast-consul-tokens', key: value };
  return { name, valueFrom: { secretKeyRef } };
}

function environment(name: PlatformProcess): Yaml[] {
  const told = environmentOf(
    {
      ...{ endpoints: clusterEndpoints, certsDir: certsMount, instance: '' },
      ...{ kekFile: `${keysMount}/kek`, portOf: () => ownPort },
      consulTokenOf: consulTokenOf((secret) => secret),
    },
    name,
  );
  // What the embedded stack lets webhooks reach on its own machine, nobody reaches from a cluster.
  const own = Object.entries(told).filter(([key]) => !key.startsWith('HOLDFAST_WEBHOOK'));
  const size = { NODE_OPTIONS: `--max-old-space-size=${heapOf(sizes[name])}` };
  return [
    ...[...own, ...Object.entries({ ...inContainer, ...size })].map((each) => variable(...each)),
    { name: 'HOLDFAST_ADVERTISED_HOST', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
  ];
}

/** Kubernetes cannot show a certificate of ours, so that a small program of the image asks. */
function probe(path: string, limits: Readonly<Record<string, number>>): Yaml {
  const url = `https://localhost:${ownPort}${path}`;
  return { exec: { command: ['node', 'dist/deploy/probe.js', url] }, timeoutSeconds: 5, ...limits };
}

const hardened = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
} as const;

function container({ name, entry, args }: Process): Yaml {
  const { cpu, memory } = sizes[name];
  return {
    name,
    image: imageVersions.holdfast,
    command: ['node', `dist/${entry}.js`, ...args],
    env: environment(name),
    ports: [{ name: 'https', containerPort: ownPort }],
    // Minutes for a first start, in which databases may still be coming up.
    startupProbe: probe('/startupz', { periodSeconds: 5, failureThreshold: 60 }),
    livenessProbe: probe('/healthz', { periodSeconds: 15, failureThreshold: 4 }),
    readinessProbe: probe('/readyz', { periodSeconds: 10, failureThreshold: 2 }),
    // A Service may send requests for a moment longer; the process itself lets those under way end.
    lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } },
    resources: {
      requests: { cpu: `${cpu}m`, memory: `${memory}Mi` },
      limits: { memory: `${memory}Mi` },
    },
    securityContext: hardened,
    volumeMounts: [
      { name: 'certificates', mountPath: certsMount, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
      ...(name === 'keys' ? [{ name: 'keys', mountPath: keysMount }] : []),
    ],
  };
}

/**
 * Brings the first key-encryption key to where the key store keeps it, and never a second one over it. Kubernetes lets
 * the group at every file of a volume whenever it is mounted, and the key store takes no file that others may read.
 */
function firstKek(): Yaml {
  const kek = `${keysMount}/kek`;
  const bring = `umask 077; test -e ${kek} || cp ${kekMount}/kek ${kek}; chmod 600 ${kek}`;
  return {
    ...{ name: 'first-kek', image: imageVersions.holdfast, command: ['sh', '-ec', bring] },
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
    securityContext: hardened,
    volumeMounts: [
      { name: 'kek', mountPath: kekMount, readOnly: true },
      { name: 'keys', mountPath: keysMount },
    ],
  };
}

function pod(process: Process): Yaml {
  const { name } = process;
  const isAlone = sizes[name].max === 1;
  const secret = (secretName: string) => ({ secret: { secretName, defaultMode: groupReads } });
  const spread = {
    ...{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
    labelSelector: { matchLabels: labelsOf(name) },
  };
  return {
    metadata: { labels: labelsOf(name) },
    spec: {
      serviceAccountName: name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 30,
      securityContext: {
        ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...(isAlone ? {} : { topologySpreadConstraints: [spread] }),
      ...(name === 'keys' ? { initContainers: [firstKek()] } : {}),
      containers: [container(process)],
      volumes: [
        { name: 'certificates', ...secret(`holdfast-certificates-${name}`) },
        { name: 'tmp', emptyDir: {} },
        ...(name === 'keys' ? [{ name: 'kek', ...secret('holdfast-kek') }] : []),
      ],
    },
  };
}

/** Another one is ready before one is stopped; one that must be alone is stopped first. */
function deployment(process: Process): Manifest {
  const { min, max } = sizes[process.name];
  const rolling = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
  return manifest(['apps/v1', 'Deployment'], process.name, {
    spec: {
      ...(min === max ? { replicas: min } : {}),
      strategy: max === 1 ? { type: 'Recreate' } : rolling,
      selector: { matchLabels: labelsOf(process.name) },
      template: pod(process),
    },
  });
}

/** The key store: its key-encryption keys and its list of who was forgotten are in a volume of its own. */
function keyStore(process: Process): Manifest {
  const storage = { requests: { storage: '1Gi' } };
  return manifest(['apps/v1', 'StatefulSet'], process.name, {
    spec: {
      ...{ replicas: 1, serviceName: process.name },
      selector: { matchLabels: labelsOf(process.name) },
      template: pod(process),
      volumeClaimTemplates: [
        {
          metadata: { name: 'keys' },
          spec: { accessModes: ['ReadWriteOncePod'], resources: storage },
        },
      ],
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    },
  });
}

function service({ name }: Process): Manifest {
  return manifest(['v1', 'Service'], name, {
    spec: {
      selector: labelsOf(name),
      ports: [{ name: 'https', port: ownPort, targetPort: 'https' }],
    },
  });
}

/** Grows with the load, and shrinks slowly: a saga that moves to another orchestrator is replayed there. */
function scaling({ name }: Process): Manifest {
  const { min, max } = sizes[name];
  const target = { type: 'Utilization', averageUtilization: 70 };
  return manifest(['autoscaling/v2', 'HorizontalPodAutoscaler'], name, {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      ...{ minReplicas: min, maxReplicas: max },
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: 600,
          policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }],
        },
      },
    },
  });
}

function disruption({ name }: Process): Manifest {
  return manifest(['policy/v1', 'PodDisruptionBudget'], name, {
    spec: { maxUnavailable: 1, selector: { matchLabels: labelsOf(name) } },
  });
}

/** Everything of one process. */
export function manifestsOf(process: Process): readonly Manifest[] {
  const { name } = process;
  const isAlone = sizes[name].max === 1;
  return [
    manifest(['v1', 'ServiceAccount'], name, { automountServiceAccountToken: false }),
    name === 'keys' ? keyStore(process) : deployment(process),
    service(process),
    ...(isAlone ? [] : [scaling(process), disruption(process)]),
  ];
}
