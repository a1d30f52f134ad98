import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:https';
import { request } from 'undici';
import { countBegunBefore } from '../../../platform/saga/journal/begun-before';
import { createPeerAgent } from '../../../platform/security/tls';
import type { Authority } from '../../../stack/authority';
import { createLeaf } from '../../../stack/certificates';
import { filesOf, readAuthorities } from '../../../stack/rollover/authorities';
import { lookerOf } from '../../../stack/rollover/look';
import { carryOut } from '../../../stack/rollover/rollover';
import type { ListenerSeen, Stage } from '../../../stack/rollover/stages';
import { shot } from '../../attack/attack';
import type { Shot } from '../../attack/attack';
import { keepSession } from '../../attack/sessions';
import { failureText } from './load';
import { until } from '../../up/api-client';
import type { DrillWorld, Turn } from './world';

/** Sagas that were granted under the authority before are waited for; none of the load takes as long. */
const sagasMs = 180_000;

const listOf = (names: readonly string[]): string => names.join(', ') || 'none';

/** The stage as an operator carries it out: `everywhere`, where it is not, or the code by which it is refused. */
async function carried({ reach, configOf, say }: DrillWorld, stage: Stage): Promise<string> {
  const sagasBegunBefore = (at: Date) => countBegunBefore(configOf('orchestrator'), at);
  try {
    const { behind, notTold } = await carryOut(reach, stage, {
      sagasBegunBefore,
      say: (line) => say(`  ${line}`),
    });
    const late = [...behind, ...Object.keys(notTold)];
    return late.length === 0 ? 'everywhere' : `not at ${late.join(', ')}`;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === undefined) throw error;
    return code;
  }
}

/** What our own client does with a server that shows a leaf of this authority under a service's name. */
async function calledUnder({ configOf }: DrillWorld, authority: Authority): Promise<string> {
  const { crt, key } = await createLeaf(authority, 'orders');
  const server = createServer({ cert: crt, key }, (_, response) => response.end('here'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = createPeerAgent(configOf('gateway'), 'orders');
  const { port } = server.address() as AddressInfo;
  try {
    const answer = await request(`https://localhost:${port}/`, { dispatcher: agent });
    return await answer.body.text().then(() => 'answered');
  } catch (error) {
    return `refused: ${(error as { code?: string }).code ?? failureText(error)}`;
  } finally {
    await agent.destroy();
    server.closeAllConnections();
    server.close();
  }
}

function among(seen: readonly ListenerSeen[], is: (one: ListenerSeen) => boolean): string {
  return listOf(seen.filter(is).map(({ listener }) => listener));
}

/** What is left of the authority before, in the eyes of whoever has its key. */
async function left(world: DrillWorld, old: Authority): Promise<readonly Shot[]> {
  const { reach } = world;
  const now = await readAuthorities(reach);
  const seen = await lookerOf(reach, { ...now, old }).look();
  const running = seen.filter(({ shows }) => shows !== 'away');
  world.say(`  ${running.length} listeners: ${running.map(({ listener }) => listener).join(', ')}`);
  return [
    shot(
      'listeners that let a leaf of the old authority in',
      'none',
      among(running, (one) => one.old !== 'refused'),
    ),
    shot(
      'listeners that refuse one of the new',
      'none',
      among(running, (one) => one.new !== 'answered'),
    ),
    shot(
      'listeners that show another leaf than one of the new',
      'none',
      among(running, (one) => one.shows !== 'new'),
    ),
    shot(
      'a server under a leaf of the old',
      'refused: UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      await calledUnder(world, old),
    ),
    shot('a server under a leaf of the new', 'answered', await calledUnder(world, now.new)),
    shot('the key of the old', 'gone', existsSync(filesOf(reach).old.key) ? 'there' : 'gone'),
  ];
}

/** The authority that signs every certificate: another one is believed, signs, and is alone in the end. */
export const authority: Turn = {
  name: 'authority',
  async run(world) {
    const { reach, load } = world;
    const { old } = await readAuthorities(reach);
    const shots = [
      shot('reissue before trust', 'ROLLOVER_NOT_BEGUN', await carried(world, 'reissue')),
      shot('trust', 'everywhere', await carried(world, 'trust')),
      shot('retire before reissue', 'REISSUE_NOT_EVERYWHERE', await carried(world, 'retire')),
      shot('trust, once more', 'everywhere', await carried(world, 'trust')),
      shot('reissue', 'everywhere', await carried(world, 'reissue')),
    ];
    const { crt: cert, key } = await createLeaf(old, 'prometheus');
    const believed = { ca: readFileSync(filesOf(reach).bundle) };
    const session = await keepSession(believed, reach.ports.orders, { cert, key });
    try {
      shots.push(shot('a leaf of the old at orders, until then', '200', session.first));
      const retired = await until('the sagas of before', sagasMs, async () => {
        const found = await carried(world, 'retire');
        return found === 'SAGAS_UNDER_OLD_AUTHORITY' ? undefined : found;
      });
      shots.push(
        shot('retire', 'everywhere', retired),
        shot('its session at orders, taken up again', 'refused', await session.askAgain()),
      );
    } finally {
      session.close();
    }
    const { sagas } = load.seen;
    const went = await until('sagas afterwards', 60_000, async () =>
      load.seen.sagas > sagas + 8 ? 'yes' : undefined,
    ).catch(() => 'no');
    return [
      ...shots,
      ...(await left(world, old)),
      shot('sagas begin and end afterwards', 'yes', went),
      shot('retire, once more', 'everywhere', await carried(world, 'retire')),
    ];
  },
};
