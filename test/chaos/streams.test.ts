import { openShop } from '../../cli/chaos/shop';
import type { Shop } from '../../cli/chaos/shop';
import { followOnce, followToTheEnd } from '../support/follow';
import type { SeenEvent } from '../support/follow';
import { apiClient, control } from '../support/world';

const api = apiClient();
let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ api, customer: 'carol', received: 200 });
});
afterAll(async () => {
  await control('start', 'gateway');
  await api.close();
});

const placed = async (quantity = 1): Promise<string> =>
  String((await shop.placeOrder({ quantity })).location);

/** Versions of what was seen, which must grow; a table is built once in these tests. */
function versionsOf(events: readonly SeenEvent[]): number[] {
  return events.flatMap(({ id }) => (id === undefined ? [] : [Number(id.split(':').at(-1))]));
}

it('a gateway killed under its followers: each goes on where it was and sees the end once', async () => {
  const paths = await Promise.all(Array.from({ length: 4 }, () => placed()));
  const followers = paths.map((path) => followToTheEnd(path, () => shop.customerToken()));
  const late = await placed(3);
  const lateFollower = followToTheEnd(late, () => shop.customerToken());
  await control('kill', 'gateway');
  await control('start', 'gateway');
  for (const seen of await Promise.all([...followers, lateFollower])) {
    const versions = versionsOf(seen);
    expect(versions.length).toBeGreaterThan(0);
    expect(versions).toEqual([...new Set(versions)].sort((one, other) => one - other));
    expect(seen.at(-1)).toEqual({ event: 'end', data: { state: 'completed' } });
    expect(seen.at(-2)?.data).toMatchObject({ state: 'completed' });
    expect(seen.filter(({ event }) => event === 'reset')).toEqual([]);
  }
}, 180_000);

it('who comes again with the last id is told the end and nothing he has seen', async () => {
  const path = await placed();
  const token = await shop.customerToken();
  const seen = await followToTheEnd(path, () => Promise.resolve(token));
  const lastId = seen.at(-2)?.id;
  const again: SeenEvent[] = [];
  for await (const event of followOnce(path, { token, lastId })) again.push(event);
  expect(again).toEqual([{ event: 'end', data: { state: 'completed' } }]);
  const other: SeenEvent[] = [];
  const fromElsewhere = { token, lastId: 'saga-timeline#99:1' };
  for await (const event of followOnce(path, fromElsewhere)) other.push(event);
  expect(other.map(({ event }) => event)).toEqual(['reset', 'end']);
});

it('a saga of somebody else has no stream', async () => {
  const path = await placed();
  const follow = followOnce(path, { token: await api.token('bob') }).next();
  await expect(follow).rejects.toThrow('404');
});
