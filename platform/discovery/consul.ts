import { request } from 'undici';
import type { Agent } from 'undici';
import { z } from 'zod';
import type { Config } from '../runtime/config';
import { deadlineAfter } from '../runtime/deadline';
import { renewedPeerAgent } from '../security/renewal';

/** Where one running instance of a service can be reached. Who it is, its certificate says, not this. */
export interface Instance {
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** Thrown when Consul is away or says no. */
export class ConsulError extends Error {
  override readonly name = 'ConsulError';
  readonly code = 'CONSUL_UNAVAILABLE';

  constructor(
    message: string,
    readonly status: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface ConsulRequest {
  readonly method?: 'GET' | 'PUT';
  readonly path: string;
  readonly body?: unknown;
  /** Milliseconds until the answer must be complete. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ConsulAnswer {
  readonly status: number;
  /** The header X-Consul-Index as it came. */
  readonly index: string | undefined;
  readonly body: unknown;
}

/** A connection to the local agent. */
export interface Consul {
  /** Rejects with {@link ConsulError} for everything but a 2xx or a 404. */
  ask(request: ConsulRequest): Promise<ConsulAnswer>;
  close(): Promise<void>;
}

const timeoutMsDefault = 3_000;

type ConsulConfig = Pick<
  Config,
  | 'HOLDFAST_CONSUL_URL'
  | 'HOLDFAST_CONSUL_TOKEN'
  | 'HOLDFAST_CA_FILE'
  | 'HOLDFAST_CERT_FILE'
  | 'HOLDFAST_KEY_FILE'
>;

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Refusals are plain text.
    return text;
  }
}

async function send(
  agent: Agent,
  config: ConsulConfig,
  asked: ConsulRequest,
): Promise<ConsulAnswer> {
  const late = deadlineAfter(asked.timeoutMs ?? timeoutMsDefault, asked.signal);
  try {
    const response = await request(new URL(asked.path, config.HOLDFAST_CONSUL_URL), {
      dispatcher: agent,
      method: asked.method ?? 'GET',
      headers: {
        'x-consul-token': config.HOLDFAST_CONSUL_TOKEN,
        'content-type': 'application/json',
      },
      body: asked.body === undefined ? null : JSON.stringify(asked.body),
      headersTimeout: 0,
      bodyTimeout: 0,
      signal: late.signal,
    });
    const index = response.headers['x-consul-index'];
    const body = parse(await response.body.text());
    return {
      status: response.statusCode,
      index: typeof index === 'string' ? index : undefined,
      body,
    };
  } finally {
    late.clear();
  }
}

/** Opens a client of Consul over mutual TLS; the agent must carry the identity `consul`. Nothing is sent yet. */
export function openConsul(config: ConsulConfig): Consul {
  const agent = renewedPeerAgent(config, 'consul');
  return {
    async ask(asked) {
      const answer = await send(agent.current(), config, asked).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        throw new ConsulError(`Consul did not answer: ${message}`, undefined, { cause: error });
      });
      if (answer.status < 300 || answer.status === 404) return answer;
      const said = typeof answer.body === 'string' ? `: ${answer.body.slice(0, 200)}` : '';
      throw new ConsulError(`Consul answered ${answer.status}${said}`, answer.status);
    },
    close: () => agent.close(),
  };
}

const healthEntry = z.object({
  Node: z.object({ Address: z.string() }),
  Service: z.object({ ID: z.string(), Address: z.string(), Port: z.int().min(1).max(65_535) }),
  Checks: z.array(z.object({ Status: z.string() })).default([]),
});

/** An instance, and whether every check of it and of its node passes. */
export interface CheckedInstance extends Instance {
  readonly isWell: boolean;
}

/**
 * Reads the answer of `health/service`; throws for anything else. A registration that nobody could call, as one without
 * a port, is passed over: it hides no other.
 */
export function checkedInstancesOf(body: unknown): CheckedInstance[] {
  const entries = z.array(z.unknown()).parse(body);
  const usable = entries.flatMap((one) => healthEntry.safeParse(one).data ?? []);
  return usable.map(({ Node, Service, Checks }) => ({
    id: Service.ID,
    host: Service.Address === '' ? Node.Address : Service.Address,
    port: Service.Port,
    isWell: Checks.every(({ Status }) => Status === 'passing'),
  }));
}

/** The same without a word on how they are: for an answer that names those alone who are well. */
export function instancesOf(body: unknown): Instance[] {
  return checkedInstancesOf(body).map(({ id, host, port }) => ({ id, host, port }));
}

/** Name a service has in Consul; several worlds may share one agent. */
export function consulName(service: string, instance: string): string {
  return instance === '' ? service : `${service}-${instance}`;
}
