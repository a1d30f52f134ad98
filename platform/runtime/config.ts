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

/**
 * Everything a Holdfast process may be told from outside; each key is an environment variable, and what is said of it
 * is its line in `docs/configuration.md`.
 */
const schema = z.object({
  HOLDFAST_NAME: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,30}$/)
    .describe('who this process is: the name in its certificate'),
  HOLDFAST_INSTANCE: z
    .string()
    .regex(/^[a-z0-9]{0,12}$/)
    .default('')
    .describe('suffix of databases, tables, topics, queues, so that several worlds share servers'),
  HOLDFAST_CERT_FILE: z.string().min(1).describe('its certificate, PEM'),
  HOLDFAST_KEY_FILE: z.string().min(1).describe('its key, PEM'),
  HOLDFAST_CA_FILE: z.string().min(1).describe('the authority it trusts, PEM'),
  HOLDFAST_TEMPORAL_ADDRESS: z.string().min(1).describe('host and port of the Temporal frontend'),
  HOLDFAST_TEMPORAL_NAMESPACE: z
    .string()
    .default('holdfast')
    .describe('namespace of Temporal that the sagas live in'),
  HOLDFAST_TEMPORAL_UI_URL: z
    .string()
    .default('http://127.0.0.1:8233')
    .describe('where links to the Web UI lead'),
  HOLDFAST_KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').filter(Boolean))
    .describe('host and port of each, with commas'),
  HOLDFAST_MONGODB_URL: z.string().min(1).describe('connection string of MongoDB, for orders'),
  HOLDFAST_POSTGRES_HOST: z
    .string()
    .default('localhost')
    .describe('host of PostgreSQL: payments, journal, read models, key store, auditor'),
  HOLDFAST_POSTGRES_PORT: port.default(5432).describe('its port'),
  HOLDFAST_DYNAMODB_ENDPOINT: z
    .string()
    .min(1)
    .describe('HTTPS address of DynamoDB, for inventory'),
  HOLDFAST_REDIS_HOST: z.string().default('localhost').describe('host of Redis, the cache'),
  HOLDFAST_REDIS_PORT: port.default(6379).describe('its port'),
  HOLDFAST_CONSUL_URL: z.string().min(1).describe('HTTPS address of the Consul agent'),
  HOLDFAST_CONSUL_TOKEN: z
    .string()
    .default('')
    .describe(
      'of this process alone: it registers its own name and no other ([discovery.md](discovery.md#who-may-register-what))',
    ),
  HOLDFAST_KEYS_URL: z.string().default('').describe('HTTPS address of the key store'),
  HOLDFAST_KEK_FILE: z
    .string()
    .default('')
    .describe(
      'file of the key-encryption keys, mode 600; for the process `keys` alone, see [keys.md](keys.md)',
    ),
  HOLDFAST_SUBJECT_KEYS_KEPT_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(120_000)
    .describe(
      'how long the gateway keeps the keys of people, up to ten minutes: so late `holdfast forget` takes effect there',
    ),
  HOLDFAST_IN_FLIGHT_MAX: z.coerce
    .number()
    .int()
    .min(16)
    .max(2_000)
    .default(1_024)
    .describe(
      'requests the gateway works on at once, at most; it takes fewer while it is late, and answers the others 503 `OVERLOADED` ([overload.md](overload.md))',
    ),
  HOLDFAST_PROXIES: z
    .string()
    .default('')
    .describe(
      'networks of the proxies whose `X-Forwarded-For` the gateway believes when it counts requests by address, `10.0.0.0/8, 192.0.2.7`',
    ),
  HOLDFAST_CARD_PROVIDER_URL: z
    .string()
    .default('')
    .describe('where payments finds the card provider; no other process needs it'),
  HOLDFAST_ISSUER: z.string().min(1).describe('exact `iss` of accepted access tokens'),
  HOLDFAST_AUDIENCE: z.string().default('holdfast-api').describe('`aud` of accepted access tokens'),
  HOLDFAST_HTTP_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('address its own HTTPS server listens on'),
  HOLDFAST_HTTP_PORT: port.describe('port its own HTTPS server listens on'),
  HOLDFAST_ADVERTISED_HOST: z.string().default('localhost').describe('host it registers in Consul'),
  HOLDFAST_DRAIN_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(2_000)
    .describe(
      'how long a process that stops goes on answering while another one of its name is there, up to a minute; its supervisor has to wait eight seconds longer',
    ),
  HOLDFAST_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('the least that is logged'),
  HOLDFAST_STEPS: z
    .enum(['queue', 'direct'])
    .default('queue')
    .describe(
      '`direct`: messages of the sagas that this process starts go straight to the services first; for gateways and orchestrators, see [direct-steps.md](direct-steps.md)',
    ),
  HOLDFAST_WORKFLOW_BUNDLE: z
    .string()
    .default('')
    .describe('file of the pre-built workflow bundle; built at start when empty'),
  HOLDFAST_DEPLOYMENT: word
    .default('')
    .describe(
      'name of the worker deployment of the sagas; with a build id the worker is versioned, see [versions.md](versions.md)',
    ),
  HOLDFAST_BUILD_ID: build.default('').describe('build of this code, unique within the deployment'),
  HOLDFAST_ARCHIVE_DIR: z
    .string()
    .default('')
    .describe(
      'folder of the archive of the log, for commands that read it from its beginning; see [retention.md](retention.md)',
    ),
  HOLDFAST_LOG_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(0)
    .max(36_500)
    .default(0)
    .describe('days that `holdfast archive prune` leaves at the brokers; 0: everything, for good'),
  HOLDFAST_SWEEP_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(3_600_000)
    .default(10_000)
    .describe('pause between two comparisons of journal and Temporal, 100 ms to an hour'),
  HOLDFAST_WEBHOOK_ALLOW: readBy(networksOf)
    .default('')
    .describe(
      'networks that webhooks may reach beside the public Internet, such as `10.1.0.0/16,fd00::5`; for orchestrators, see [webhooks.md](webhooks.md#where-nothing-is-sent)',
    ),
  HOLDFAST_WEBHOOK_PORTS: readBy(portsOf)
    .default('443')
    .describe('ports that webhooks may be sent to, such as `443,8000-8100`'),
  HOLDFAST_WEBHOOK_CA_FILE: z
    .string()
    .default('')
    .describe(
      'file of authorities that their receivers may have certificates from, beside the public ones; looked at every minute',
    ),
  HOLDFAST_MIGRATE: z
    .enum(['on', 'off'])
    .default('on')
    .describe(
      '`off`: tables are made by `holdfast migrate` alone, and a process waits until they are new enough',
    ),
  HOLDFAST_TRACE_FILE: z
    .string()
    .default('')
    .describe(
      'file that spans are appended to, or with `/` at its end a folder of such files; see [traces.md](traces.md)',
    ),
  HOLDFAST_OTLP_URL: z
    .string()
    .default('')
    .describe('address of a collector of traces that speaks OTLP; see [traces.md](traces.md)'),
  HOLDFAST_CRASH_POINTS: z.string().default('').describe('named crash points, for tests'),
  HOLDFAST_CRASH_DIR: z
    .string()
    .default('')
    .describe('where crash points that have fired are noted'),
  HOLDFAST_FAULT_DIR: z
    .string()
    .default('')
    .describe('planned faults of single sagas, for [`holdfast verify`](verify.md) only'),
});

/** Every setting by its name, for the page that lists them. */
export const settings = schema.shape;

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
