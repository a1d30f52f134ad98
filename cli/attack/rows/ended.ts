import { certificateLimits } from '../../../stack/authority';
import { metricNames } from '../../../platform/runtime/metric-names';
import { platformProcesses } from '../../up/processes';
import { until } from '../../up/api-client';
import { shot, shotAmong } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import { metricOf } from '../metrics';
import { keepSession } from '../sessions';

/** Long enough for every handshake of the beginning, and shorter than what an idle connection is kept for. */
const lifeMs = 9_000;

/** X.509 knows no parts of a second, and a process counts its own milliseconds. */
const momentMs = 1_000;

/** How long a process's certificate is good for, by what it exports. */
async function lifeOf(target: AttackTarget, name: string): Promise<Shot> {
  const endsAt = await metricOf(target, name, metricNames.certificateNotAfter);
  const leftMs = endsAt * 1_000 - Date.now();
  const short = 'at most a day from now';
  const isShort = leftMs > 0 && leftMs <= certificateLimits.leafMs;
  return shot(`${name} says when its certificate ends`, short, isShort ? short : String(endsAt));
}

const ended: Attack = {
  row: 'S24',
  title: 'a certificate that was good a moment ago: on its open connection, and with its session',
  source: 'ASVS 12.1.4, RFC 8446 4.6.1',
  beyond:
    'that a process does not start under an ended certificate (test/unit/security/validity.test.ts); connections to ' +
    'servers that are not ours, and those to Temporal and DynamoDB that are open already',
  async run(target) {
    const leaf = await target.forge.issue('prometheus', {
      notAfter: new Date(Date.now() + lifeMs),
    });
    const endsAtMs = Date.now() + lifeMs + momentMs;
    const names = platformProcesses.map(({ name }) => name);
    const portOf = (name: string) => Number(target.environmentFor(name).HOLDFAST_HTTP_PORT);
    const kept = await Promise.all(
      names.map(async (name) => ({ name, session: await keepSession(target, portOf(name), leaf) })),
    );
    try {
      const before = await Promise.all(
        kept.map(async ({ name, session }) => [
          shot(`${name}, before its end`, '200', session.first),
          shot(`${name}, with its session, before its end`, '200', await session.askAgain()),
        ]),
      );
      await until('the end of the certificate', 2 * lifeMs, async () =>
        Date.now() > endsAtMs ? true : undefined,
      );
      const after = await Promise.all(
        kept.map(async ({ name, session }) => [
          shotAmong(`${name}, on the open connection`, ['403', 'refused'], await session.ask()),
          shotAmong(`${name}, with its session`, ['403', 'refused'], await session.askAgain()),
        ]),
      );
      const lives = await Promise.all(names.map((name) => lifeOf(target, name)));
      return [...before.flat(), ...after.flat(), ...lives];
    } finally {
      for (const { session } of kept) session.close();
    }
  },
};

/** Attacks with what has ended. */
export const endedAttacks: readonly Attack[] = [ended];
