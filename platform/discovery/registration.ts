import type { Config } from '../runtime/config';
import type { Log } from '../runtime/log';
import { consulName } from './consul';
import type { Consul, ConsulError } from './consul';
import { backoffMs, pause } from './pace';

/** How often an instance is checked and its registration looked after. */
export const registrationLimits = {
  checkInterval: '1s',
  checkTimeout: '2s',
  /** Failures in a row before an instance counts as away. */
  failuresBeforeCritical: 1,
  /** Consul forgets an instance that was away this long; one minute is its shortest. */
  deregisterAfter: '1m',
  lookAfterMs: 10_000,
  backoffStepMs: 250,
  backoffMsMax: 5_000,
} as const;

export interface RegistrationOptions {
  readonly config: Pick<Config, 'HOLDFAST_INSTANCE' | 'HOLDFAST_ADVERTISED_HOST'>;
  readonly consul: Consul;
  readonly log: Log;
  /** Name under which others look for it, for example `orders`. */
  readonly service: string;
  readonly port: number;
  /** What Consul asks over mutual TLS; `/healthz` unless told. */
  readonly checkPath?: string;
}

export interface Registration {
  readonly id: string;
  /** True while Consul has confirmed the registration. */
  isRegistered(): boolean;
  /** Takes the instance out of Consul; call it before the server stops. Never rejects. */
  stop(): Promise<void>;
}

/** What Consul is told of an instance. The name to verify is `localhost`, which every certificate has. */
export function registrationOf(options: RegistrationOptions): Record<string, unknown> {
  const { config, service, port } = options;
  const host = config.HOLDFAST_ADVERTISED_HOST;
  const name = consulName(service, config.HOLDFAST_INSTANCE);
  const checkPath = options.checkPath ?? '/healthz';
  return {
    ID: `${name}-${host}-${port}`,
    Name: name,
    Address: host,
    Port: port,
    Check: {
      CheckID: `${name}-${host}-${port}-https`,
      Name: `HTTPS ${checkPath}`,
      HTTP: `https://${host}:${port}${checkPath}`,
      Method: 'GET',
      TLSSkipVerify: false,
      TLSServerName: 'localhost',
      Interval: registrationLimits.checkInterval,
      Timeout: registrationLimits.checkTimeout,
      FailuresBeforeCritical: registrationLimits.failuresBeforeCritical,
      DeregisterCriticalServiceAfter: registrationLimits.deregisterAfter,
    },
  };
}

async function look(
  consul: Consul,
  body: Record<string, unknown>,
): Promise<'known' | 'registered'> {
  const id = encodeURIComponent(body.ID as string);
  const known = await consul.ask({ path: `/v1/agent/service/${id}` });
  if (known.status !== 404) return 'known';
  await register(consul, body);
  return 'registered';
}

/** Agents before 1.9 refuse the whole registration for a member they do not know; they have it in their settings. */
async function register(consul: Consul, body: Record<string, unknown>): Promise<void> {
  const put = { method: 'PUT', path: '/v1/agent/service/register' } as const;
  try {
    await consul.ask({ ...put, body });
  } catch (error) {
    const { status, message } = error as Partial<ConsulError>;
    if (status !== 400 || !message?.includes('TLSServerName')) throw error;
    const check = Object.entries(body.Check as object).filter(([name]) => name !== 'TLSServerName');
    await consul.ask({ ...put, body: { ...body, Check: Object.fromEntries(check) } });
  }
}

/**
 * Keeps an instance registered until stopped: at once if Consul is there, else as soon as it is, and again whenever
 * Consul has forgotten it. Returns without waiting; a process starts without Consul.
 */
export function keepRegistered(options: RegistrationOptions): Registration {
  const { consul, log, service } = options;
  const body = registrationOf(options);
  const id = body.ID as string;
  const stopping = new AbortController();
  let registered = false;

  async function keep(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted;) {
      try {
        const found = await look(consul, body);
        if (found === 'registered' && !stopping.signal.aborted)
          log.info('registered', { service, instance: id });
        registered = true;
        failures = 0;
        await pause(registrationLimits.lookAfterMs, stopping.signal);
      } catch (error) {
        failures += 1;
        if (failures === 1) log.warn('could not register', { service, instance: id, error });
        registered = false;
        const { backoffStepMs: stepMs, backoffMsMax: maxMs } = registrationLimits;
        await pause(100 + backoffMs(failures, { stepMs, maxMs }), stopping.signal);
      }
    }
  }

  const kept = keep();
  return {
    id,
    isRegistered: () => registered,
    stop: async () => {
      stopping.abort();
      await kept;
      registered = false;
      const path = `/v1/agent/service/deregister/${encodeURIComponent(id)}`;
      await consul.ask({ method: 'PUT', path }).catch((error: unknown) => {
        // Consul notices by its own check, and forgets the instance after a minute.
        log.warn('could not deregister', { service, instance: id, error });
      });
    },
  };
}
