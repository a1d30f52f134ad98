import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { X509Certificate } from '@peculiar/x509';
import type { Authority } from '../authority';
import { createLeaf } from '../certificates';
import { listenersOf } from '../renewal/listeners';
import type { TlsListener } from '../renewal/listeners';
import { certificateShown } from '../renewal/shown';
import type { Reach } from '../servers/server';
import { knock } from '../wire/knock';
import { isOf } from './authorities';
import type { Authorities } from './authorities';
import { doorOf } from './doors';
import type { Door } from './doors';
import { hasArrived } from './stages';
import type { ListenerSeen, Stage } from './stages';

/**
 * How long a stage may take to come to the last listener, how often it is looked, and after how long whoever is behind
 * is told again; milliseconds.
 */
export const lookLimits = {
  arriveMs: 120_000,
  pollMs: 1_000,
  tellAgainMs: 10_000,
  leafMs: 1_800_000,
} as const;

type Leaf = Awaited<ReturnType<typeof createLeaf>>;

/** True only where the machine itself says that nobody listens. */
function isAway({ port }: TlsListener): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => done(false));
    const done = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code === 'ECONNREFUSED'));
  });
}

/** Issues what is shown at the doors, once for each identity. */
function leavesOf(authority: Authority): (name: string) => Promise<Leaf> {
  const known = new Map<string, Promise<Leaf>>();
  return (name) => {
    const notAfter = new Date(Date.now() + lookLimits.leafMs);
    const leaf = known.get(name) ?? createLeaf(authority, name, { notAfter });
    known.set(name, leaf);
    return leaf;
  };
}

/** Finds out of listeners whose leaf they show and whom they let in. */
export interface Looker {
  look(): Promise<readonly ListenerSeen[]>;
  /** Those behind which somebody is. */
  running(): Promise<readonly TlsListener[]>;
  /** Looks at some until a stage has come to all of them, for so long at most; answers what was seen last. */
  untilArrived(
    stage: Stage,
    of: { readonly listeners: readonly TlsListener[]; readonly arriveMs: number },
  ): Promise<readonly ListenerSeen[]>;
}

/** Looks by handshakes, under leaves of both authorities that nobody else has. */
export function lookerOf(reach: Reach, { old, new: after }: Authorities): Looker {
  const listeners = listenersOf(reach);
  const ca = [old, after].map(({ certificate }) => certificate.toString('pem')).join('\n');
  const ofOld = leavesOf(old);
  const ofNew = leavesOf(after);

  async function knocked(door: Door, leaf: Leaf) {
    return knock({ ca }, door, { cert: leaf.crt, key: leaf.key });
  }
  async function lookAt(listener: TlsListener): Promise<ListenerSeen> {
    const door = doorOf(listener);
    const shown = await certificateShown(listener).catch(() => undefined);
    if (shown === undefined) {
      // Who is only slow must not be passed over.
      const shows = (await isAway(listener)) ? 'away' : 'silent';
      return { listener: listener.name, shows, old: 'silent', new: 'silent' };
    }
    const leaf = new X509Certificate(shown.raw);
    const isNew = await isOf(leaf, after.certificate);
    const isOld = await isOf(leaf, old.certificate);
    return {
      listener: listener.name,
      shows: isNew ? 'new' : isOld ? 'old' : 'other',
      old: await knocked(door, await ofOld(door.as)),
      new: await knocked(door, await ofNew(door.as)),
    };
  }
  const look = () => Promise.all(listeners.map(lookAt));
  return {
    look,
    async running() {
      const away = await Promise.all(listeners.map(isAway));
      return listeners.filter((_, at) => away[at] !== true);
    },
    async untilArrived(stage, { listeners: some, arriveMs }) {
      const deadlineMs = performance.now() + arriveMs;
      const seen = new Map<TlsListener, ListenerSeen>();
      for (let late = some; ;) {
        const found = await Promise.all(late.map(async (one) => [one, await lookAt(one)] as const));
        for (const [one, last] of found) seen.set(one, last);
        late = found.filter(([, last]) => !hasArrived(stage, last)).map(([one]) => one);
        if (late.length === 0 || performance.now() > deadlineMs) return [...seen.values()];
        await delay(lookLimits.pollMs);
      }
    },
  };
}
