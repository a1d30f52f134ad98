import { readCredentials } from '../../../platform/security/tls';
import { certificateLimits } from '../../../stack/authority';
import { renewCertificates } from '../../../stack/renewal/renew';
import type { Renewal } from '../../../stack/renewal/renew';
import { httpHello } from '../../../stack/wire/hellos';
import { knock } from '../../../stack/wire/knock';
import { shot } from '../../attack/attack';
import { until } from '../../up/api-client';
import type { Turn } from './world';

/** Running listeners that do not show their new certificate, and servers that could not be told. */
function left({ listeners, notTold }: Renewal): string {
  const old = listeners.filter(({ isNew, before }) => !isNew && before !== '');
  const names = [...old.map(({ listener }) => listener), ...Object.keys(notTold)];
  return names.join(', ') || 'none';
}

/**
 * Every certificate, twice: first by one that is good for `lifeMs`, then by one of a day, and then the first ones
 * really end while everything goes on.
 */
export function leaves(lifeMs: number): Turn {
  return {
    name: 'certificates',
    async run({ reach, ca, configOf, load, say }) {
      const endsAtMs = Date.now() + lifeMs;
      const short = await renewCertificates(reach, { lifeMs });
      const { cert, key } = readCredentials(configOf('gateway'));
      const orders = { name: 'orders', port: reach.ports.orders, hello: httpHello };
      const shots = [
        shot('listeners that keep the certificates of before', 'none', left(short)),
        shot('the short one at orders', 'answered', await knock({ ca }, orders, { cert, key })),
      ];
      const lasting = await renewCertificates(reach, { lifeMs: certificateLimits.leafMs });
      shots.push(
        shot('listeners that keep the short ones', 'none', left(lasting)),
        shot('renewed before the short ones end', 'yes', Date.now() < endsAtMs ? 'yes' : 'no'),
      );
      say(`  the certificates of before end in ${Math.ceil((endsAtMs - Date.now()) / 1000)} s`);
      const ended = await until('the certificates to end', lifeMs + 5_000, async () =>
        Date.now() > endsAtMs + 1_000 ? load.seen.sagas : undefined,
      );
      const moreMs = 60_000;
      const went = await until('sagas afterwards', moreMs, async () =>
        load.seen.sagas > ended + 8 ? 'yes' : undefined,
      ).catch(() => 'no');
      const renewed = readCredentials(configOf('gateway'));
      const lastingLeaf = { cert: renewed.cert, key: renewed.key };
      return [
        ...shots,
        shot('sagas begin and end afterwards', 'yes', went),
        shot('an ended one at orders', 'refused', await knock({ ca }, orders, { cert, key })),
        shot('a lasting one there', 'answered', await knock({ ca }, orders, lastingLeaf)),
      ];
    },
  };
}
