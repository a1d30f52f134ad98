import { runBulk } from '../../cli/chaos/acts/bulk';
import { openStage } from '../support/stage';

const stage = openStage();
afterAll(async () => (await stage).close());

// With 500 lots it is `npm run test:bulk`.
it('an order in bulk is undone across its children when its pivot is refused, and goes through otherwise', async () => {
  const results = await runBulk(await stage, { items: 12, say: () => undefined });
  expect(results).toMatchObject([
    { outcome: 'compensated', children: 3, rows: { undone: 24 }, problems: [] },
    { outcome: 'completed', children: 3, rows: { done: 48 }, problems: [] },
  ]);
}, 600_000);
