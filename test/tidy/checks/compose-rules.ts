import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { imageVersions } from '../../../deploy/compose/images';
import type { Finding } from './finding';
import { root } from './repository';

interface Volume {
  readonly type?: string;
  readonly source?: string;
  readonly read_only?: boolean;
}

export interface ComposeService {
  readonly image?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly privileged?: boolean;
  readonly pid?: string;
  readonly tmpfs?: readonly string[];
  readonly volumes?: readonly (string | Volume)[];
  readonly security_opt?: readonly string[];
  readonly network_mode?: string;
  readonly healthcheck?: object;
  readonly restart?: string;
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
}

const file = 'docker-compose.yml';

/** What the schema of the Compose Specification says about a file. */
export function checkAgainstSchema(compose: unknown): Finding[] {
  const schema = JSON.parse(
    readFileSync(path.join(root, 'deploy/schemas/compose-spec.json'), 'utf8'),
  ) as object;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  const validate = ajv.compile(schema);
  validate(compose);
  return (validate.errors ?? []).map(({ instancePath, message }) => ({
    file,
    problem: `${instancePath} ${message ?? ''}`,
  }));
}

/** Images whose Dockerfile already names a user that is not root. */
const ownUser = /^holdfast:/;

function problemsOf(name: string, service: ComposeService): string[] {
  const isRoot =
    service.user === undefined
      ? !ownUser.test(service.image ?? '')
      : /^(0|root)(:|$)/.test(service.user);
  const isOneShot = service.restart?.startsWith('on-failure') ?? false;
  const problems: [boolean, string][] = [
    [!/:v?\d+\.\d+/.test(service.image ?? ''), 'has an image without a version'],
    [isRoot && name !== 'init-certificates', 'runs as root'],
    [service.cap_drop?.includes('ALL') !== true, 'keeps capabilities'],
    [(service.cap_add ?? []).length > 0 && name !== 'init-certificates', 'adds capabilities'],
    [service.security_opt?.includes('no-new-privileges:true') !== true, 'may gain privileges'],
    [sharesTheMachine(service), 'shares the machine it runs on'],
    [service.read_only !== true && !writesItsRoot.has(name), 'may write to its own image'],
    [service.tmpfs?.some((mount) => /^\/tmp($|:)/.test(mount)) !== true, 'has no /tmp of its own'],
    [isUnpinned(service.image ?? ''), 'has an image without a digest'],
    [
      service.ports?.some((port) => !port.startsWith('127.0.0.1:')) ?? false,
      'listens to the world',
    ],
    [!isOneShot && !service.healthcheck && !waived.has(name), 'has no health check'],
  ];
  return problems.filter(([broken]) => broken).map(([, problem]) => problem);
}

/** Write their configuration into their image when they start. */
const writesItsRoot = new Set(['temporal-ui', 'keycloak']);

/** The machine's devices, processes, network or files; folders of the checkout may be read. */
function sharesTheMachine({
  privileged,
  pid,
  network_mode,
  volumes = [],
}: ComposeService): boolean {
  const isShared = (volume: string | Volume): boolean => {
    // Of this repository what is meant to be read there, and read-only: its configuration, and the runbooks.
    const isMeant = /^(\w|\.\/(deploy\/[^:]+|docs\/runbooks):[^:]+:ro$)/;
    if (typeof volume === 'string') return !isMeant.test(volume);
    const { type, source = '', read_only: readOnly = false } = volume;
    return type === 'bind' && !(readOnly && source.startsWith('./deploy/'));
  };
  return privileged === true || [pid, network_mode].includes('host') || volumes.some(isShared);
}

/** Images whose registry nobody could ask yet: by version only, until `npm run compose:pin` has run. */
const notPinnedYet: readonly string[] = [
  imageVersions.mongodb,
  imageVersions.keycloak,
  imageVersions.consul,
  imageVersions.temporalUi,
];

function isUnpinned(image: string): boolean {
  if (ownUser.test(image) || notPinnedYet.includes(image)) return false;
  return !/@sha256:[0-9a-f]{64}$/.test(image);
}

/** Servers whose image has nothing to ask with; somebody else's check stands for theirs. */
const waived = new Set(['dynamodb-local', 'temporal-ui']);

/** The house rules for containers: versions, no root, nothing to gain, health, loopback, known dependencies. */
export function checkHouseRules(compose: ComposeFile): Finding[] {
  const names = new Set(Object.keys(compose.services));
  return Object.entries(compose.services).flatMap(([name, service]) => {
    const unknown = Object.keys(service.depends_on ?? {}).filter((other) => !names.has(other));
    const problems = [
      ...problemsOf(name, service),
      ...unknown.map((other) => `waits for ${other}, which is not there`),
    ];
    return problems.map((problem) => ({ file, problem: `${name} ${problem}` }));
  });
}

/** Everything that must be true before a service starts, directly or through what it waits for. */
export function waitsFor(
  compose: ComposeFile,
  name: string,
  seen = new Set<string>(),
): Set<string> {
  for (const other of Object.keys(compose.services[name]?.depends_on ?? {})) {
    if (seen.has(other)) continue;
    seen.add(other);
    waitsFor(compose, other, seen);
  }
  return seen;
}
