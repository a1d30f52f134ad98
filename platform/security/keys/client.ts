import { Registry } from 'prom-client';
import { z } from 'zod';
import { createServiceClient } from '../../discovery/service-client';
import type { ServiceAnswer, ServiceClient } from '../../discovery/service-client';
import { Fault } from '../../kernel/faults';
import type { Config } from '../../runtime/config';
import type { Log } from '../../runtime/log';
import type { CertificateFiles } from '../tls';
import { dataKey } from './envelope';
import type { DataKey } from './envelope';
import type { KeyPurpose } from './vault';

/** Identity of the key store's certificate, and its name in the log. */
export const keyStoreName = 'keys';

export type KeyStoreConfig = CertificateFiles & Pick<Config, 'HOLDFAST_KEYS_URL'>;

/** The keys of a purpose at one moment. */
export interface GivenKeys {
  readonly current: string;
  readonly keys: readonly DataKey[];
}

/** Where keys come from. */
export interface KeySource {
  /**
   * Reports what was sealed since the last report, by key id, and answers the purpose's keys; throws the fault
   * `KEYS_UNAVAILABLE`. A report whose answer is lost is made again: a count is at least what was sealed.
   */
  give(purpose: KeyPurpose, sealed: Readonly<Record<string, number>>): Promise<GivenKeys>;
  close(): Promise<void>;
}

/** What the key store says of one key. */
export const keyShape = z.object({ id: z.string(), secret: z.string() });
const givenShape = z.object({ current: z.string(), keys: z.array(keyShape) });

/** A key from an answer of the key store. */
export const keyOf = ({ id, secret }: z.output<typeof keyShape>): DataKey =>
  dataKey(id, Buffer.from(secret, 'base64url'));

/** Calls the key store as this process; a renewed certificate is used within 5 s. Nothing connects before a call. */
export function keyStoreClient(
  config: KeyStoreConfig,
  { log, registry = new Registry() }: { readonly log: Log; readonly registry?: Registry },
): ServiceClient {
  const instance = () => {
    if (config.HOLDFAST_KEYS_URL === '') throw unavailable('HOLDFAST_KEYS_URL is not set');
    const { hostname: host, port } = new URL(config.HOLDFAST_KEYS_URL);
    return { id: config.HOLDFAST_KEYS_URL, host, port: port === '' ? 443 : Number(port) };
  };
  const resolver = {
    pick: async () => ({ instance: instance(), hasOthers: false, done: () => undefined }),
  };
  return createServiceClient({ config, resolver, service: keyStoreName, log, registry });
}

/** Keys by the API of the key store. */
export function keySource(client: ServiceClient): KeySource {
  return {
    async give(purpose, sealed) {
      const path = `/purposes/${encodeURIComponent(purpose)}/keys`;
      const answer = await callKeys(client, { method: 'POST', path, body: { sealed } });
      const { current, keys } = givenShape.parse(JSON.parse(answer.body));
      return { current, keys: keys.map(keyOf) };
    },
    close: () => client.close(),
  };
}

/** One call; anything but a 2xx becomes a fault, whose code is the store's where it is one of `passed`. */
export async function callKeys(
  client: ServiceClient,
  asked: { readonly method: string; readonly path: string; readonly body?: unknown },
  passed: readonly 'SUBJECT_FORGOTTEN'[] = [],
): Promise<ServiceAnswer> {
  const answer = await client.call(asked).catch((error: unknown) => {
    throw unavailable('the key store did not answer', error);
  });
  if (answer.status < 300) return answer;
  const code = codeOf(answer.body);
  const known = passed.find((each) => each === code);
  if (known !== undefined) throw new Fault(known, 'the subject was forgotten');
  throw unavailable(`the key store answered ${answer.status} ${code}`);
}

function codeOf(body: string): string {
  try {
    return String((JSON.parse(body) as { code?: unknown }).code);
  } catch {
    return 'without a code';
  }
}

function unavailable(what: string, cause?: unknown): Fault {
  return new Fault('KEYS_UNAVAILABLE', what, cause === undefined ? {} : { cause });
}
