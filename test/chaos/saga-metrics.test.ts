import { openShop } from '../../cli/chaos/shop';
import type { Shop } from '../../cli/chaos/shop';
import { metricNames } from '../../platform/runtime/metric-names';
import { eventually } from '../support/eventually';
import { scrape } from '../support/scrape';
import { apiClient } from '../support/world';

const api = apiClient();
afterAll(() => api.close());

const of = (outcome: string): string => `{saga="place-order",outcome="${outcome}"}`;
const ended = (outcome: string): string => `${metricNames.sagasFinished}${of(outcome)}`;
const windows = (outcome: string): string => `${metricNames.sagaInconsistency}_count${of(outcome)}`;
const stepOf = (command: string, outcome: string): string =>
  `${metricNames.sagaStepDuration}_count{participant="payments",command="${command}",outcome="${outcome}"}`;

/** How much more a process says of these now than before. */
async function growth(before: ReadonlyMap<string, number>, names: readonly string[]) {
  const now = await scrape('projector');
  return names.map((name) => (now.get(name) ?? 0) - (before.get(name) ?? 0));
}

async function endOf(shop: Shop, orderId: string): Promise<unknown> {
  const started = await shop.placeOrder({ orderId });
  return (await shop.outcomeOf(String(started.location))).state;
}

// Counted over all sagas there are: nobody else may start some meanwhile.
describe('what the projector says of sagas', () => {
  it('grows by one for each that ends, with its window and its steps', async () => {
    const rich = await openShop({ api, customer: 'dave' });
    const before = await scrape('projector');
    expect(await endOf(rich, 'metrics-1')).toBe('completed');
    const names = [ended('completed'), windows('completed'), stepOf('capture', 'done')];
    await eventually(async () => expect(await growth(before, names)).toEqual([1, 1, 1]), 20_000);
  });

  it('counts one that is turned back as compensated, its step as undone or refused', async () => {
    const blocked = await openShop({ api, customer: 'erin', cardBlocked: true });
    const before = await scrape('projector');
    expect(await endOf(blocked, 'metrics-2')).toBe('compensated');
    const names = [ended('compensated'), ended('completed'), windows('compensated')];
    await eventually(async () => expect(await growth(before, names)).toEqual([1, 0, 1]), 20_000);
  });

  it('comes beside what the contract allows, from the gateway', async () => {
    const patience = `${metricNames.sagaPatience}{saga="place-order"}`;
    expect((await scrape('gateway')).get(patience)).toBeGreaterThan(10);
  });
});
