import path from 'node:path';
import { isFresh, readCertificate } from '../authority';
import { certificateNames } from '../certificates';
import type { ServerSet, Tell } from '../server-set';
import type { Reach, ServerName } from '../servers/server';
import { definitions } from '../servers';
import { renewCertificates } from './renew';

/** How often a running stack looks whether a certificate is due. */
export const keepLimits = { lookMs: 30_000 } as const;

export interface Kept {
  readonly reach: Reach;
  readonly servers: Pick<ServerSet, 'stop' | 'start'>;
  readonly tell: Tell;
}

/**
 * Renews the certificates of a running stack when two thirds of their life are over. A server that cannot be told, for
 * example since the machine slept until the old ones had ended, is started again. Returns how to stop.
 */
export function keepRenewed({ reach, servers, tell }: Kept): () => Promise<void> {
  let looking = Promise.resolve();
  let isStopped = false;
  const say = (phase: 'ready' | 'failed', detail: string): void =>
    tell({ subject: 'certificates', phase, detail });

  async function look(): Promise<void> {
    const names = dueIn(reach);
    if (names.length === 0 || isStopped) return;
    const { notTold, listeners } = await renewCertificates(reach, { names });
    for (const [name, said] of Object.entries(notTold)) {
      say('failed', `${name} could not be told and is started again: ${said}`);
      if (isStopped || !isServer(name)) continue;
      await servers.stop(name);
      await servers.start(name);
    }
    const old = listeners.filter(({ isNew, shown }) => !isNew && shown !== undefined);
    if (old.length === 0) say('ready', `${names.length} renewed`);
    else say('failed', `${old.map(({ listener }) => listener).join(', ')} still show the old one`);
  }
  const timer = setInterval(() => {
    looking = looking.then(look).catch((error: unknown) => {
      say('failed', error instanceof Error ? error.message : String(error));
    });
  }, keepLimits.lookMs).unref();
  return async () => {
    isStopped = true;
    clearInterval(timer);
    await looking;
  };
}

const isServer = (name: string): name is ServerName => name in definitions;

/** Names whose certificate is missing or near its end. */
export function dueIn({ certsDir }: Pick<Reach, 'certsDir'>): string[] {
  return certificateNames.filter((name) => {
    const known = readCertificate(path.join(certsDir, `${name}.crt`));
    return known === undefined || !isFresh(known);
  });
}
