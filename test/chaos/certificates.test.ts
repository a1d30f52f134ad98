import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openShop } from '../../cli/chaos/shop';
import type { Shop } from '../../cli/chaos/shop';
import { certificateNames } from '../../stack/certificates';
import { recallReach } from '../../stack/recall';
import { listenersOf } from '../../stack/renewal/listeners';
import { renewCertificates } from '../../stack/renewal/renew';
import type { Renewal } from '../../stack/renewal/renew';
import { eventually } from '../support/eventually';
import { apiClient, world } from '../support/world';

/** Short enough to wait for its end, long enough to be replaced before. */
const shortLifeMs = 80_000;
const dayMs = 86_400_000;

const api = apiClient();
const reach = recallReach(world().stateDir);
let shop: Shop;

beforeAll(async () => {
  shop = await openShop({ api, customer: 'frank', received: 10_000 });
});
afterAll(async () => {
  await renewCertificates(reach, { lifeMs: dayMs });
  await api.close();
});

/** Orders placed and read one after the other until told to stop; what was not as it should be. */
function trade() {
  const told = { placed: 0, failed: [] as string[], isOver: false };
  const buy = async (): Promise<void> => {
    while (!told.isOver) {
      const { status, location } = await shop.placeOrder();
      told.placed += 1;
      if (status !== 202) told.failed.push(`place: ${status}`);
      else await follow(String(location));
    }
  };
  const follow = async (location: string): Promise<void> => {
    const { state } = await shop.outcomeOf(location);
    if (state !== 'completed') told.failed.push(`${location}: ${String(state)}`);
  };
  const guarded = () => buy().catch((error: unknown) => void told.failed.push(String(error)));
  const done = Promise.all(Array.from({ length: 4 }, guarded));
  return {
    told,
    async stop() {
      told.isOver = true;
      await done;
      return told;
    },
  };
}

const oldOnes = ({ listeners }: Renewal) => listeners.filter(({ isNew }) => !isNew);

test('certificates are renewed and end under running sagas, and nothing fails', async () => {
  const trading = trade();
  const expected = listenersOf(reach).length;
  const endsAtMs = Date.now() + shortLifeMs;
  const short = await renewCertificates(reach, { lifeMs: shortLifeMs });
  expect([short.notTold, oldOnes(short)]).toEqual([{}, []]);
  expect(short.listeners).toHaveLength(expected);
  const held = certificateNames.map((name) =>
    readFileSync(path.join(reach.certsDir, `${name}.crt`)),
  );
  expect(new Set(held.map(String)).size).toBe(certificateNames.length);

  const next = await renewCertificates(reach, { lifeMs: dayMs });
  expect([next.notTold, oldOnes(next)]).toEqual([{}, []]);
  expect(Date.now()).toBeLessThan(endsAtMs);
  const before = trading.told.placed;
  await eventually(() => expect(Date.now()).toBeGreaterThan(endsAtMs), shortLifeMs);
  await eventually(() => expect(trading.told.placed).toBeGreaterThan(before + 8), 60_000);
  const { placed, failed } = await trading.stop();
  expect(failed).toEqual([]);
  expect(placed).toBeGreaterThan(8);
  expect(await shop.stock()).toMatchObject({ shipped: placed, reserved: 0 });
}, 240_000);
