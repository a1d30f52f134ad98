import { eventually } from '../support/eventually';
import { holdfastSagas as holdfast } from '../support/holdfast-cli';
import { openShop } from '../../cli/chaos/shop';
import { apiClient } from '../support/world';

const api = apiClient();
afterAll(() => api.close());

describe('a saga that waits for a person', () => {
  let id: string;
  let location: string;
  const shop = openShop({ api, customer: 'frank', received: 1_000 });

  beforeAll(async () => {
    const started = await (await shop).placeOrder({ quantity: 420 });
    id = String(started.body.id);
    location = String(started.location);
    await eventually(async () => {
      const { out } = await holdfast('olga', 'show', id);
      expect(out).toContain('manual review');
    }, 60_000);
  }, 120_000);

  it('is found in a list and explained in plain words', async () => {
    const listed = await holdfast('olga', 'list', '--saga', 'place-order', '--json');
    expect([listed.exitCode, listed.err]).toEqual([0, '']);
    const found = JSON.parse(listed.out) as { sagas: { id: string }[] };
    expect(found.sagas.map((saga) => saga.id)).toContain(id);
    const { exitCode, out } = await holdfast('olga', 'explain', id);
    expect(exitCode).toBe(0);
    expect(out).toContain('open order: stands');
  }, 60_000);

  it('is nobody’s for a stranger, and not decided by whoever started it', async () => {
    const foreign = await holdfast('alice', 'show', id);
    expect([foreign.exitCode, foreign.out]).toEqual([3, '']);
    expect(foreign.err).toContain('NOT_FOUND');
    const own = await holdfast('frank', 'decide', id, '--approve', '--reason', 'mine');
    expect(own.exitCode).toBe(3);
  }, 60_000);

  it('says what is wrong with a verb, and what to do next', async () => {
    const refused = await holdfast('olga', 'skip', id, '--reason', 'try', '--step', 'ship stock');
    expect(refused.exitCode).toBe(4);
    expect(refused.err).toMatch(/NOT_PARKED[\s\S]*fix: look at the saga again/);
    const unclear = await holdfast('pam', 'decide', id, '--reason', 'hm');
    expect([unclear.exitCode, unclear.out]).toEqual([2, '']);
  }, 60_000);

  it('goes on once somebody with the role has decided, and is watched to its end', async () => {
    const words = ['decide', id, '--approve', '--reason', 'known customer'];
    const decided = await holdfast('pam', ...words, '--step', 'manual review');
    expect([decided.err, decided.exitCode]).toEqual(['', 0]);
    const watched = await holdfast('olga', 'watch', id);
    expect(watched.out).toMatch(/\tsaga\tcompleted\n$/);
    expect(await (await shop).outcomeOf(location)).toMatchObject({ state: 'completed' });
    await eventually(async () => {
      expect((await holdfast('olga', 'explain', id)).out).toContain('known customer');
    }, 60_000);
  }, 120_000);
});

it('a bulk request is previewed before anything is touched, and only by operators', async () => {
  const words = ['bulk', 'retry', '--parked-reason', 'NOBODY_PARKS_SO', '--reason', 'x', '--json'];
  const preview = await holdfast('olga', ...words);
  expect([preview.exitCode, JSON.parse(preview.out)]).toEqual([0, { count: 0, sample: [] }]);
  const wrong = await holdfast('olga', ...words, '--expect', '3');
  expect([wrong.exitCode, wrong.err]).toEqual([4, expect.stringContaining('COUNT_CHANGED')]);
  expect((await holdfast('alice', ...words)).exitCode).toBe(4);
}, 60_000);

it('types of sagas are listed with their switches', async () => {
  const { exitCode, out } = await holdfast('olga', 'types');
  expect([exitCode, out]).toEqual([0, expect.stringContaining('place-order\topen')]);
}, 60_000);
