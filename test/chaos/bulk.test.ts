import { runBulk } from '../../cli/chaos/acts/bulk';
import { openStage } from '../support/stage';

const stage = openStage();
afterAll(async () => (await stage).close());

// With 500 lots it is `npm run test:bulk`.
it('an order in bulk is undone across its children when its pivot is refused, and goes through otherwise', async () => {
  const results = await runBulk(await stage, { items: 20, say: () => undefined });
  expect(results).toMatchObject([
    { outcome: 'compensated', children: 10, rows: { undone: 40 }, problems: [] },
    { outcome: 'completed', children: 10, rows: { done: 80 }, problems: [] },
  ]);
}, 600_000);
