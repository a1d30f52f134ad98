import { runKills } from '../../cli/chaos/acts/kills';
import { openStage } from '../support/stage';

const stage = openStage();
afterAll(async () => (await stage).close());

// With 200 sagas, and any seed, it is `npm run test:kills`.
it('Temporal killed under 30 sagas, then workers at random: all end as they have to, nothing twice', async () => {
  const options = { sagas: 30, seed: 4, say: () => undefined };
  const result = await runKills(await stage, options);
  expect(result).toMatchObject({ running: 30, completed: 24, compensated: 6, problems: [] });
}, 600_000);
