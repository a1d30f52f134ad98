import type { Agent } from 'undici';
import { createPeerAgent, createServerAgent, readCredentials } from './tls';
import type { CertificateFiles, Credentials } from './tls';

/**
 * How often the files are looked at; within it a renewed certificate is in use. All processes read one file of
 * authorities: a change of that alone is followed after up to `spreadMs`, by each after another time, since otherwise
 * all of them would open everything anew in the same moment.
 */
export const renewalLimits = { lookMs: 2_000, spreadMs: 8_000 } as const;

/**
 * What has changed: `addition` where our certificate is the same, and whoever was believed still is. What is open then
 * may go on, and who asks for the authorities at every connect has nothing to do.
 */
export type CredentialsChange = 'addition' | 'other';

type Listener = (change: CredentialsChange) => void;

/** Who is told of the files of one certificate, and how to stop looking at them. */
interface Watched {
  readonly listeners: Set<Listener>;
  stop(): void;
}

const watched = new Map<string, Watched>();

const isSame = (one: Credentials | undefined, other: Credentials | undefined): boolean =>
  one === other ||
  (one !== undefined &&
    other !== undefined &&
    (['ca', 'cert', 'key'] as const).every((part) => one[part].equals(other[part])));

/** True where every authority of before is among those of now. */
function believesAllOf(now: Credentials, before: Credentials): boolean {
  const known = now.ca.toString();
  const blocks = before.ca.toString().match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
  return blocks.every((block) => known.includes(block));
}

function readOrNothing(config: CertificateFiles): Credentials | undefined {
  try {
    return readCredentials(config);
  } catch {
    return undefined; // removed and not yet written again: heard once more when it is
  }
}

/** One look at the files for however many connections of a process show their certificate. */
function watch(config: CertificateFiles): Watched {
  const listeners = new Set<Listener>();
  let used = readOrNothing(config);
  let dueMs: number | undefined;
  const look = (): void => {
    const found = readOrNothing(config);
    if (found === undefined || isSame(found, used)) return;
    const isSameLeaf = used !== undefined && isSame({ ...found, ca: used.ca }, used);
    if (isSameLeaf) {
      dueMs ??= performance.now() + Math.random() * renewalLimits.spreadMs;
      if (performance.now() < dueMs) return;
    }
    dueMs = undefined;
    const isAddition = isSameLeaf && used !== undefined && believesAllOf(found, used);
    used = found;
    for (const listener of [...listeners]) listener(isAddition ? 'addition' : 'other');
  };
  // Looking at times of change would miss what is written before the first look.
  const timer = setInterval(look, renewalLimits.lookMs).unref();
  return { listeners, stop: () => clearInterval(timer) };
}

/**
 * Calls back once for every whole change of certificate, key and authorities on disk (looked at every 2 s; up to 8 s
 * later where the authorities alone have changed): a key whose certificate is not written yet is no change. Returns how
 * to stop.
 */
export function watchCredentials(config: CertificateFiles, changed: Listener): () => void {
  const { HOLDFAST_CA_FILE: ca, HOLDFAST_CERT_FILE: cert, HOLDFAST_KEY_FILE: key } = config;
  const name = [ca, cert, key].join('\n');
  const one = watched.get(name) ?? watch(config);
  watched.set(name, one);
  const listener: Listener = (change) => changed(change);
  one.listeners.add(listener);
  return () => {
    one.listeners.delete(listener);
    if (one.listeners.size > 0 || watched.get(name) !== one) return;
    one.stop();
    watched.delete(name);
  };
}

/** The credentials of a process for clients that ask for them at every connect, and how these hear of new ones. */
export interface RenewedCredentials {
  readonly credentials: () => Credentials;
  /** Calls back after a renewal, and where somebody is believed no more; returns how to stop. */
  readonly renewed: (listener: () => void) => () => void;
}

/** A process's own credentials as its configuration names them. */
export function renewedCredentials(config: CertificateFiles): RenewedCredentials {
  return {
    credentials: () => readCredentials(config),
    renewed: (listener) =>
      watchCredentials(config, (change) => {
        if (change === 'other') listener();
      }),
  };
}

/** An HTTP agent that is another one after each renewal. */
export interface RenewedAgent {
  /** The agent for the next request; one that was taken before finishes what it has begun. */
  current(): Agent;
  close(): Promise<void>;
}

/** {@link createPeerAgent} that follows renewals: the old agent ends when its requests are answered. */
export function renewedPeerAgent(config: CertificateFiles, peer: string): RenewedAgent {
  return renewedAgent(config, () => createPeerAgent(config, peer));
}

/** The same of {@link createServerAgent}: it shows nothing, but whom it believes may change. */
export function renewedServerAgent(config: CertificateFiles): RenewedAgent {
  return renewedAgent(config, () => createServerAgent(config));
}

function renewedAgent(config: CertificateFiles, create: () => Agent): RenewedAgent {
  let agent: Agent | undefined;
  const closing = new Set<Promise<void>>();
  const retire = (): void => {
    const ended = agent?.close().finally(() => closing.delete(ended as Promise<void>));
    if (ended !== undefined) closing.add(ended);
    agent = undefined;
  };
  const stopWatching = watchCredentials(config, retire);
  return {
    current: () => (agent ??= create()),
    async close() {
      stopWatching();
      retire();
      await Promise.all(closing);
    },
  };
}
