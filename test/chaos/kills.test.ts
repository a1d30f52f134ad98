import { runKills } from '../../cli/chaos/acts/kills';
import { openStage } from '../support/stage';

const stage = openStage();
afterAll(async () => (await stage).close());

it('Temporal killed under 200 sagas, then workers at random: all end as they have to, nothing twice', async () => {
  const options = { sagas: 200, seed: 4, say: () => undefined };
  const result = await runKills(await stage, options);
  expect(result).toMatchObject({
    running: 200,
    completed: 160,
    compensated: 40,
    problems: [],
  });
}, 900_000);
