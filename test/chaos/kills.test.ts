import { runKills } from '../../cli/chaos/acts/kills';
import { openStage } from '../support/stage';

const stage = openStage();
afterAll(async () => (await stage).close());

// With 200 sagas, and any seed, it is `npm run test:kills`.
it('Temporal killed under 50 sagas, then workers at random: all end as they have to, nothing twice', async () => {
  const options = { sagas: 50, seed: 4, say: () => undefined };
  const result = await runKills(await stage, options);
  expect(result).toMatchObject({ running: 50, completed: 40, compensated: 10, problems: [] });
}, 600_000);
