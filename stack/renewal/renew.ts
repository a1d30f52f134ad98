import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lifeMs as lifeOf, readAuthority, readCertificate } from '../authority';
import type { Authority } from '../authority';
import { certificateNames, issueLeaf } from '../certificates';
import { StackError } from '../errors';
import { definitions } from '../servers';
import type { Reach, ServerName } from '../servers/server';
import { listenersOf } from './listeners';
import type { TlsListener } from './listeners';
import { certificateShown } from './shown';

/** How long the last listener may take to show its new certificate. */
export const renewLimits = { shownMs: 60_000, pollMs: 250 } as const;

export interface RenewOptions {
  /** Whose certificates; everybody's unless told. */
  readonly names?: readonly string[];
  /** How long the new ones are good for; as long as the ones before unless told. */
  readonly lifeMs?: number;
}

/** A listener after a renewal. */
export interface Renewed {
  readonly listener: string;
  readonly certificate: string;
  readonly before: string;
  /** Serial number that is shown now; undefined where nobody listens. */
  readonly shown: string | undefined;
  readonly isNew: boolean;
}

export interface Renewal {
  readonly names: readonly string[];
  readonly listeners: readonly Renewed[];
  /** Servers that could not be told, with what they said. */
  readonly notTold: Readonly<Record<string, string>>;
}

const serialOf = ({ certsDir }: Pick<Reach, 'certsDir'>, name: string): string =>
  readCertificate(path.join(certsDir, `${name}.crt`))?.serialNumber.toUpperCase() ?? '';

/** The authority that signs in a state folder. Throws STATE_MISMATCH where there is none that can. */
export async function signingAuthority(reach: Reach): Promise<Authority> {
  const found = await readAuthority(reach.certsDir, path.join(reach.stateDir, 'authority'));
  if (found !== undefined) return found;
  throw new StackError({
    code: 'STATE_MISMATCH',
    subject: 'certificates',
    cause: `${reach.stateDir} has no authority that is good for another two days`,
    fix: 'start the stack again: it makes another authority',
  });
}

/**
 * Issues new certificates, makes every server read its own, and looks on the wire until each listener shows the new
 * one. Our own processes, the TLS fronts, Keycloak and Prometheus look at their files by themselves.
 */
export async function renewCertificates(
  reach: Reach,
  { names = certificateNames, lifeMs }: RenewOptions = {},
): Promise<Renewal> {
  const authority = await signingAuthority(reach);
  const listeners = listenersOf(reach).filter(({ certificate }) => names.includes(certificate));
  const before = await shownBy(listeners);
  for (const name of names) {
    const known = readCertificate(path.join(reach.certsDir, `${name}.crt`));
    const life = lifeMs ?? (known && lifeOf(known));
    await issueLeaf(authority, {
      directory: reach.certsDir,
      name,
      ...(life ? { lifeMs: life } : {}),
    });
  }
  const notTold = await reloadServers(
    reach,
    listeners.filter((_, at) => before[at] !== undefined),
  );
  const after = await untilShown(reach, listeners, before);
  return {
    names,
    notTold,
    listeners: listeners.map(({ name, certificate }, at) => ({
      ...{ listener: name, certificate, before: before[at] ?? '', shown: after[at] },
      isNew: after[at] === serialOf(reach, certificate),
    })),
  };
}

/** Tells the servers behind these listeners to read their files again; answers who could not be told. */
export async function reloadServers(
  reach: Reach,
  listeners: readonly TlsListener[],
): Promise<Record<string, string>> {
  const servers = [...new Set(listeners.map(({ certificate }) => certificate))].filter(
    (name): name is ServerName => name in definitions,
  );
  const failed = await Promise.all(
    servers.map(async (name) => {
      const said = await definitions[name].reload?.(reach).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      return said === undefined ? [] : [[name, said] as const];
    }),
  );
  return Object.fromEntries(failed.flat());
}

function shownBy(listeners: readonly TlsListener[]): Promise<(string | undefined)[]> {
  return Promise.all(
    listeners.map(
      async (one) => (await certificateShown(one).catch(() => undefined))?.serialNumber,
    ),
  );
}

/** Who did not listen before is not waited for. */
async function untilShown(
  reach: Reach,
  listeners: readonly TlsListener[],
  before: readonly (string | undefined)[],
): Promise<(string | undefined)[]> {
  const deadlineMs = performance.now() + renewLimits.shownMs;
  for (;;) {
    const shown = await shownBy(listeners);
    const isDone = listeners.every(
      ({ certificate }, at) =>
        before[at] === undefined || shown[at] === serialOf(reach, certificate),
    );
    if (isDone || performance.now() > deadlineMs) return shown;
    await delay(renewLimits.pollMs);
  }
}
