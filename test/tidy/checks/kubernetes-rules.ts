import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Finding } from './finding';
import { root } from './repository';

/** An object of Kubernetes, as far as the rules look at it. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly spec: Pod };
    readonly minReplicas?: number;
  };
}

interface Pod {
  readonly automountServiceAccountToken?: boolean;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly securityContext?: { readonly runAsNonRoot?: boolean; readonly seccompProfile?: object };
  readonly volumes?: readonly { readonly name: string; readonly hostPath?: object }[];
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
}

interface Container {
  readonly image?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly startupProbe?: object;
  readonly livenessProbe?: object;
  readonly readinessProbe?: object;
  readonly resources?: {
    readonly requests?: { readonly cpu?: string; readonly memory?: string };
    readonly limits?: { readonly memory?: string };
  };
  readonly securityContext?: {
    readonly readOnlyRootFilesystem?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly privileged?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
}

const file = 'deploy/kubernetes/holdfast.yaml';

/** What the schemas of the Kubernetes API say about each object; a kind without a schema here is told as well. */
export function checkAgainstKubernetes(objects: readonly KubernetesObject[]): Finding[] {
  const text = readFileSync(path.join(root, 'deploy/schemas/kubernetes-1.34.json'), 'utf8');
  const schema = JSON.parse(text) as { readonly $id: string };
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  addFormats(ajv);
  ajv.addSchema(schema);
  return objects.flatMap((object) => {
    const { kind, metadata } = object;
    const validate = ajv.getSchema(`${schema.$id}#/properties/${kind}`);
    if (validate === undefined) return [{ file, problem: `${kind}: there is no schema for it` }];
    void validate(object);
    return (validate.errors ?? []).map(({ instancePath, message }) => ({
      file,
      problem: `${kind} ${metadata.name} ${instancePath} ${message ?? ''}`,
    }));
  });
}

function problemsOfContainer(container: Container, isMain: boolean): string[] {
  const { image = '', env = [], resources = {}, securityContext = {} } = container;
  const { capabilities = {} } = securityContext;
  const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
  const isSecret = ({ name, value }: { readonly name: string; readonly value?: string }) =>
    /TOKEN|PASSWORD|SECRET/.test(name) && value !== undefined && value !== '';
  const sized = [resources.requests?.cpu, resources.requests?.memory, resources.limits?.memory];
  return [
    ...(/^[\w./-]+:(?!latest)[\w.-]+(@sha256:[0-9a-f]{64})?$/.test(image) ? [] : ['its image']),
    ...(securityContext.readOnlyRootFilesystem === true ? [] : ['an image it may write to']),
    ...(securityContext.allowPrivilegeEscalation === false ? [] : ['privileges to gain']),
    ...(securityContext.privileged === true ? ['all privileges'] : []),
    ...(capabilities.drop?.includes('ALL') === true ? [] : ['capabilities it keeps']),
    ...((capabilities.add ?? []).length > 0 ? ['capabilities it gets'] : []),
    ...(isMain && probes.includes(undefined) ? ['no probe'] : []),
    ...(sized.includes(undefined) ? ['no size'] : []),
    ...env.filter(isSecret).map(({ name }) => `a secret in ${name}`),
  ];
}

function problemsOfPod(pod: Pod): string[] {
  const { securityContext = {}, volumes = [], initContainers = [], containers } = pod;
  const sharesMachine = [pod.hostNetwork, pod.hostPID, pod.hostIPC].includes(true);
  return [
    ...(pod.automountServiceAccountToken === false ? [] : ['a token of the cluster']),
    ...(sharesMachine ? ['what is the machine’s'] : []),
    ...(volumes.some(({ hostPath }) => hostPath !== undefined) ? ['a folder of the machine'] : []),
    ...(securityContext.runAsNonRoot === true ? [] : ['it may be root']),
    ...(securityContext.seccompProfile === undefined ? ['every system call'] : []),
    ...initContainers.flatMap((one) => problemsOfContainer(one, false)),
    ...containers.flatMap((one) => problemsOfContainer(one, true)),
  ];
}

/** What every pod of ours has to be, and that what is there more than once may lose one at a time only. */
export function checkPods(objects: readonly KubernetesObject[]): Finding[] {
  const guarded = new Set(
    objects
      .filter(({ kind }) => kind === 'PodDisruptionBudget')
      .map(({ metadata: { name } }) => name),
  );
  const repeated = objects
    .filter(({ spec }) => (spec?.minReplicas ?? spec?.replicas ?? 1) > 1)
    .filter(({ metadata }) => !guarded.has(metadata.name))
    .map(({ metadata }) => ({ file, problem: `${metadata.name}: all of it may go at once` }));
  const pods = objects.flatMap(({ spec, metadata }) =>
    (spec?.template === undefined ? [] : problemsOfPod(spec.template.spec)).map((problem) => {
      return { file, problem: `${metadata.name}: ${problem}` };
    }),
  );
  return [...repeated, ...pods];
}
