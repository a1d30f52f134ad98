import { X509Certificate } from 'node:crypto';
import { checkedInstancesOf, consulName } from '../../platform/discovery/consul';
import type { Consul } from '../../platform/discovery/consul';
import type { ServiceClient } from '../../platform/discovery/service-client';
import type { ReadinessReport } from '../../platform/http/health';
import { keptFor } from '../../platform/runtime/kept-for';
import type { KeySet } from '../../platform/security/keys/vault';

/** An answer stands so long: each question asks every dependency. Milliseconds. */
export const systemLimits = { keptMs: 2_000 } as const;

export interface SystemParts {
  readonly version: string;
  readonly instance: string;
  readonly consul: Pick<Consul, 'ask'>;
  /** Services this gateway calls. */
  readonly services: ReadonlyMap<string, Pick<ServiceClient, 'isRefused'>>;
  readonly readiness: () => Promise<ReadinessReport>;
  /** Keys by what they are for. */
  readonly keys: Readonly<Record<string, Pick<KeySet, 'current'>>>;
  /** Own certificate, PEM; read again for each answer, since it is renewed. */
  readonly certificate: () => string | Buffer;
  readonly now?: () => number;
}

/** A service as Consul knows it; without instances where nobody is registered, or Consul is away. */
async function serviceOf({ consul, services, instance }: SystemParts, name: string) {
  const path = `/v1/health/service/${consulName(name, instance)}`;
  const found = await consul.ask({ path }).then(
    ({ body }) => checkedInstancesOf(body),
    () => undefined,
  );
  return {
    name,
    instances: (found ?? []).map(({ host, port, isWell }) => ({
      ...{ address: host, port },
      state: isWell ? ('passing' as const) : ('critical' as const),
    })),
    isKnown: found !== undefined,
    breaker: services.get(name)?.isRefused() === true ? ('open' as const) : ('closed' as const),
  };
}

function certificateOf(pem: string | Buffer) {
  const { subject, issuer, validFrom, validTo } = new X509Certificate(pem);
  const time = (text: string) => new Date(text).toISOString();
  return { subject, issuer, notBefore: time(validFrom), notAfter: time(validTo) };
}

async function look(parts: SystemParts, at: number) {
  const { version, instance, services, readiness, keys, certificate } = parts;
  const [report, ...found] = await Promise.all([
    readiness(),
    ...[...services.keys()].map((name) => serviceOf(parts, name)),
  ]);
  return {
    ...{ asOf: new Date(at).toISOString(), version, instance, services: found },
    checks: Object.entries(report.checks).map(([name, { ready, optional, reason }]) => ({
      ...{ name, ready, required: optional !== true },
      ...(reason === undefined ? {} : { reason }),
    })),
    keys: Object.entries(keys).map(([use, set]) => ({ use, current: set.current()?.id ?? null })),
    certificate: certificateOf(certificate()),
  };
}

/** What one gateway knows of the system around it. */
export type System = Awaited<ReturnType<typeof look>>;

/** Asks once for everybody who wants to know within two seconds. */
export function createSystem(parts: SystemParts): () => Promise<System> {
  const { now = Date.now } = parts;
  const kept = keptFor(() => look(parts, now()), { keptMs: systemLimits.keptMs, now });
  return () => kept(undefined);
}
