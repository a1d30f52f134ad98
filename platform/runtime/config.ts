import { z } from 'zod';
import { networksOf } from '../webhooks/addresses';
import { portsOf } from '../webhooks/target';

const port = z.coerce.number().int().min(1).max(65_535);

/** A text that something reads; what that throws is what is wrong with it. */
const readBy = (read: (text: string) => unknown) =>
  z.string().superRefine((text, context) => {
    try {
      read(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });

/** Names as Temporal, our services and a shell take them all. */
const word = z.string().regex(/^([A-Za-z0-9][A-Za-z0-9_-]{0,62})?$/);
const build = z.string().regex(/^([A-Za-z0-9][A-Za-z0-9._+-]{0,62})?$/);

/** Everything a Holdfast process may be told from outside; each key is an environment variable. */
const schema = z.object({
  /** Who this process is: the CN and the last part of the SPIFFE id of its certificate. */
  HOLDFAST_NAME: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/),
  /** Suffix of every database, table, topic, namespace and queue, so that several worlds share servers. */
  HOLDFAST_INSTANCE: z
    .string()
    .regex(/^[a-z0-9]{0,12}$/)
    .default(''),
  HOLDFAST_CERT_FILE: z.string().min(1),
  HOLDFAST_KEY_FILE: z.string().min(1),
  HOLDFAST_CA_FILE: z.string().min(1),
  HOLDFAST_TEMPORAL_ADDRESS: z.string().min(1),
  HOLDFAST_TEMPORAL_NAMESPACE: z.string().default('holdfast'),
  HOLDFAST_TEMPORAL_UI_URL: z.string().default('http://127.0.0.1:8233'),
  HOLDFAST_KAFKA_BROKERS: z.string().transform((text) => text.split(',').filter(Boolean)),
  HOLDFAST_MONGODB_URL: z.string().min(1),
  HOLDFAST_POSTGRES_HOST: z.string().default('localhost'),
  HOLDFAST_POSTGRES_PORT: port.default(5432),
  HOLDFAST_DYNAMODB_ENDPOINT: z.string().min(1),
  HOLDFAST_REDIS_HOST: z.string().default('localhost'),
  HOLDFAST_REDIS_PORT: port.default(6379),
  HOLDFAST_CONSUL_URL: z.string().min(1),
  HOLDFAST_CONSUL_TOKEN: z.string().default(''),
  /** HTTPS address of the key store. */
  HOLDFAST_KEYS_URL: z.string().default(''),
  /** File of the key-encryption keys, see docs/keys.md; the process `keys` has it and nobody else. */
  HOLDFAST_KEK_FILE: z.string().default(''),
  /** How long the gateway keeps the keys of people it works for: so late a forgotten one is forgotten there too. */
  HOLDFAST_SUBJECT_KEYS_KEPT_MS: z.coerce.number().int().min(0).max(600_000).default(120_000),
  /** Requests the gateway works on at once, at most; the others are answered 503 and may come again. */
  HOLDFAST_IN_FLIGHT_MAX: z.coerce.number().int().min(16).max(2_000).default(1_024),
  /** Networks of the proxies whose `X-Forwarded-For` the gateway believes, `10.0.0.0/8, 192.0.2.7`; empty: nobody's. */
  HOLDFAST_PROXIES: z.string().default(''),
  /** Where payments finds the card provider; the other processes do without. */
  HOLDFAST_CARD_PROVIDER_URL: z.string().default(''),
  /** Exact `iss` of accepted access tokens, for example https://localhost:8443/realms/holdfast. */
  HOLDFAST_ISSUER: z.string().min(1),
  HOLDFAST_AUDIENCE: z.string().default('holdfast-api'),
  /** Address our own HTTPS server listens on, and the one it registers in Consul. */
  HOLDFAST_HTTP_HOST: z.string().default('127.0.0.1'),
  HOLDFAST_HTTP_PORT: port,
  HOLDFAST_ADVERTISED_HOST: z.string().default('localhost'),
  /** How long a process that stops goes on answering while another one of its name is there, milliseconds. */
  HOLDFAST_DRAIN_MS: z.coerce.number().int().min(0).max(60_000).default(2_000),
  /** Metrics of the Temporal SDK's native side; 0 switches them off. */
  HOLDFAST_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** How messages of the sagas that this process starts go first. See docs/direct-steps.md. */
  HOLDFAST_STEPS: z.enum(['queue', 'direct']).default('queue'),
  /** File the pre-built workflow bundle is read from; built at start when empty. */
  HOLDFAST_WORKFLOW_BUNDLE: z.string().default(''),
  /** Deployment and build of this code; both, or neither for an unversioned worker. See docs/versions.md. */
  HOLDFAST_DEPLOYMENT: word.default(''),
  HOLDFAST_BUILD_ID: build.default(''),
  /** Folder of the archive of the log, see docs/retention.md; empty: the brokers hold all there is. */
  HOLDFAST_ARCHIVE_DIR: z.string().default(''),
  /** Days that `holdfast archive prune` leaves at the brokers; 0: everything, for good. */
  HOLDFAST_LOG_RETENTION_DAYS: z.coerce.number().int().min(0).max(36_500).default(0),
  /** Pause between two comparisons of journal and Temporal, milliseconds. */
  HOLDFAST_SWEEP_INTERVAL_MS: z.coerce.number().int().min(100).max(3_600_000).default(10_000),
  /** Networks that webhooks may reach beside the public Internet: addresses and CIDR blocks with commas between. */
  HOLDFAST_WEBHOOK_ALLOW: readBy(networksOf).default(''),
  /** Ports that webhooks may be sent to: `443,8000-8100`. */
  HOLDFAST_WEBHOOK_PORTS: readBy(portsOf).default('443'),
  /** File of authorities that receivers of webhooks may have their certificates from, beside the public ones. */
  HOLDFAST_WEBHOOK_CA_FILE: z.string().default(''),
  /** `off`: tables are made by `holdfast migrate` alone, and a process waits until they are new enough. */
  HOLDFAST_MIGRATE: z.enum(['on', 'off']).default('on'),
  /** File traces are appended to as JSON lines, or with `/` at its end a folder of such files; empty: none. */
  HOLDFAST_TRACE_FILE: z.string().default(''),
  /** HTTPS address of a collector of traces that speaks OTLP, without its path; empty: none. See docs/traces.md. */
  HOLDFAST_OTLP_URL: z.string().default(''),
  /** Arms named crash points, `name:label=hit,...` (see crash-point.ts); only tests and chaos runs set it. */
  HOLDFAST_CRASH_POINTS: z.string().default(''),
  /** Folder of the markers that keep a crash point from firing again after a restart. */
  HOLDFAST_CRASH_DIR: z.string().default(''),
  /** Folder of planned faults (see fault-plan.ts); only fault exploration sets it. */
  HOLDFAST_FAULT_DIR: z.string().default(''),
});

export type Config = z.output<typeof schema>;

const checked = schema.superRefine((config, context) => {
  const { HOLDFAST_DEPLOYMENT: deployment, HOLDFAST_BUILD_ID: buildId } = config;
  if ((deployment === '') === (buildId === '')) return;
  const missing = deployment === '' ? 'HOLDFAST_DEPLOYMENT' : 'HOLDFAST_BUILD_ID';
  const message = 'a versioned worker needs a deployment and a build: set both, or neither';
  context.addIssue({ code: 'custom', path: [missing], message });
});

/** Thrown when the environment is unusable; the message lists every bad key at once. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
}

/** Reads the environment once, at a composition root. Unknown keys are ignored, bad ones are all named. */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const parsed = checked.safeParse(environment);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`The configuration is unusable:\n${lines.join('\n')}`);
}
