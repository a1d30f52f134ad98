import { runBulk } from '../../cli/chaos/acts/bulk';
import { openStage } from '../support/stage';

const stage = openStage();
afterAll(async () => (await stage).close());

it('an order in bulk is undone across its children when its pivot is refused, and goes through otherwise', async () => {
  const results = await runBulk(await stage, { items: 60, say: () => undefined });
  expect(results).toMatchObject([
    { outcome: 'compensated', children: 10, rows: { undone: 120 }, problems: [] },
    { outcome: 'completed', children: 10, rows: { done: 240 }, problems: [] },
  ]);
}, 600_000);
