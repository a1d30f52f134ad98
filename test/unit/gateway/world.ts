import { Registry } from 'prom-client';
import { createLogins } from '../../../gateway/codec/session';
import { createConsoleSessions } from '../../../gateway/console/session';
import type { AuthForm } from '../../../gateway/login/auth-server';
import { sealedCookies } from '../../../gateway/login/sealed-cookies';
import { createGateway } from '../../../gateway/server';
import { createSagaFeed } from '../../../gateway/sagas/feed';
import { createSwitches } from '../../../gateway/sagas/switches';
import { createCache } from '../../../platform/cache/cache';
import { memoryCacheStore } from '../../support/memory-cache-store';
import { testVault } from '../../support/vault';
import type { ServiceAnswer, ServiceRequest } from '../../../platform/discovery/service-client';
import { createHealth } from '../../../platform/http/health';
import { createMetrics } from '../../../platform/http/metrics';
import { createRateLimiter } from '../../../platform/http/rate-limit';
import type { RateLimitOptions } from '../../../platform/http/rate-limit';
import { Fault } from '../../../platform/kernel/faults';
import { silentLog } from '../../../platform/runtime/log';
import type { Log } from '../../../platform/runtime/log';
import { fixedKeys } from '../../../platform/security/keys/vault';
import type { KeySet } from '../../../platform/security/keys/vault';
import { TokenRefused } from '../../../platform/security/tokens';
import { fixedKeyring } from '../../../platform/testing/fixed-keyring';
import { catalog } from '../../../workflows/catalog';
import { rehearseSubjects } from '../../support/subjects';
import { createTestGrants } from '../../support/grants';
import type { TestGrants } from '../../support/grants';
import { ask } from '../http/in-process';
import {
  engineOf,
  nothingYet,
  readModelOf,
  switchesOf,
  systemAround,
  unavailable,
} from './surroundings';
import type { Surroundings } from './surroundings';
import type { WireAnswer } from '../http/in-process';

async function callService(world: Surroundings, service: string, request: ServiceRequest) {
  world.asked.push({ service, request });
  if (world.away.has('services')) throw unavailable;
  return world.answer(request);
}

const json = (status: number, body: object): ServiceAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-internal': 'secret' },
  body: JSON.stringify(body),
});

let madeGrants: Promise<TestGrants> | undefined;

/** Grants as the gateway of these tests signs them; keys are made once a file, by the first who needs them. */
export const testGrants = (): Promise<TestGrants> => (madeGrants ??= createTestGrants());

/** Tokens here are `<subject>:<role>+<role>`, or `<subject>:<role>:<limit in cents>`; everything else is refused. */
const tokens = {
  verify: (token: string) => {
    const [subject, given, limit] = token.split(':');
    if (!subject || !given) return Promise.reject(new TokenRefused('MALFORMED'));
    if (given === 'expired') return Promise.reject(new TokenRefused('EXPIRED'));
    const roles = given.split('+');
    const principal = { subject, username: subject, roles, clientId: 'c', tokenId: 't' };
    const limited = limit === undefined ? {} : { approvalLimitCents: Number(limit) };
    return Promise.resolve({ ...principal, ...limited, expiresAt: 4_000_000_000 });
  },
};

/** Issuer of every token in these tests. */
export const issuer = 'https://id.test/realms/holdfast';

function surroundings(): Surroundings {
  const products = new Map([['tea', { sku: 'tea', currency: 'EUR' }]]);
  return {
    products,
    given: [],
    subjects: rehearseSubjects(),
    deliveries: new Map(),
    cached: memoryCacheStore(),
    started: new Map(),
    granted: [],
    grants: [],
    views: new Map(),
    rows: new Map(),
    generation: 'saga-timeline',
    asked: [],
    searched: [],
    waited: [],
    turned: [],
    switches: new Map(),
    revoked: [],
    left: [],
    overview: nothingYet,
    open: [],
    sent: [],
    closed: new Set(),
    away: new Set(),
    certificate: '',
    answer: ({ path }) => {
      const product = products.get(path.slice('/products/'.length));
      return product === undefined ? json(404, { code: 'NOT_FOUND' }) : json(200, product);
    },
    delivery: { kind: 'answered', answer: 'accepted' },
  };
}

export interface GatewayCall {
  readonly method?: string;
  readonly path: string;
  /** `<subject>:<role>`, more roles after a plus. */
  readonly as?: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface OpenOptions {
  readonly limits?: RateLimitOptions['limits'];
  readonly log?: Log;
  /** Keys of payloads; none unless told. */
  readonly keys?: KeySet;
  /** What the auth server gives for a code; nothing unless told. */
  readonly exchange?: (form: AuthForm) => Promise<string | undefined>;
  /** How long sessions can be renewed for, seconds. */
  readonly refreshSeconds?: number;
  /** No grant can be sealed. */
  readonly areGrantKeysAway?: boolean;
}

/** The auth server of these tests: a token for a code or for a token that renews, and who has left. */
function browsersOf({ exchange, refreshSeconds = 0 }: OpenOptions, world: Surroundings) {
  const authServer = {
    async exchange(form: AuthForm) {
      const accessToken = await exchange?.(form);
      if (accessToken === undefined) return undefined;
      return { accessToken, refreshToken: `renews-${accessToken}`, refreshSeconds };
    },
    endSession: async (form: AuthForm) => void world.left.push(form),
  };
  return { issuer, tokens, authServer, cookies: sealedCookies(fixedKeyring().vault('grants')) };
}

/** The real gateway among parts that live in memory. */
export function openGateway(options: OpenOptions = {}) {
  const world = surroundings();
  const { log = silentLog, keys = fixedKeys([]) } = options;
  const metrics = createMetrics({ defaults: false });
  const { store } = world.cached;
  const cached = { store, log: silentLog, registry: new Registry(), prefix: '' };
  const cache = createCache({ ...cached, vault: testVault() });
  const limiter = createRateLimiter({
    redis: undefined,
    prefix: '',
    registry: metrics.registry,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const health = createHealth();
  const browsers = browsersOf(options, world);
  const app = createGateway({
    parts: {
      ...{ catalog, cache, issuer, log, registry: metrics.registry },
      subjects: world.subjects.subjects,
      engine: engineOf(world),
      readModel: readModelOf(world),
      feed: createSagaFeed({
        ...{ log, everyMs: 1 },
        positions: (ids) => readModelOf(world).sagaPositions(ids),
      }),
      stopping: health.draining,
      grants: { mint: async (act, person) => (await testGrants()).mint(act, person) },
      sagaGrants: {
        async mint(grant) {
          if (options.areGrantKeysAway) throw new Fault('KEYS_UNAVAILABLE', 'away');
          world.granted.push(grant);
          return (await testGrants()).sagas.mint(grant);
        },
      },
      switches: createSwitches(switchesOf(world), { log }),
      payloads: { keys, namespace: 'holdfast', refused: () => undefined },
      logins: createLogins({ ...browsers, webUi: 'http://ui.test' }),
      consoleSessions: createConsoleSessions(browsers),
      service: (name) => ({
        call: (request) => callService(world, name, request),
        isRefused: () => false,
        close: () => Promise.resolve(),
      }),
    },
    ...{ tokens, limiter, metrics, health, version: '0.0.0' },
    codecOrigins: ['http://ui.test'],
    webUi: 'http://ui.test',
    system: systemAround(world),
  });
  const call = ({ as, key, headers, ...request }: GatewayCall): Promise<WireAnswer> =>
    ask(app, {
      ...request,
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...headers,
      },
    });
  return { app, world, call, health, registry: metrics.registry };
}
