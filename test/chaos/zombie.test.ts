import { runZombies } from '../../cli/chaos/acts/zombie';
import type { ZombieResult } from '../../cli/chaos/acts/zombie-judge';
import { openStage } from '../support/stage';

const stage = openStage();
afterAll(async () => (await stage).close());

const brief = ({ store, outcome, refusedWith, problems }: ZombieResult) => [
  ...[store, outcome, refusedWith, problems],
];

// The other two places, with a decision and with writes in hand, are `npm run test:zombie`.
it('a worker stopped inside a step, that goes on after the saga has turned back, is fenced by all three stores', async () => {
  const results = await runZombies(await stage, 'unread');
  const all = ['MongoDB', 'PostgreSQL', 'DynamoDB'];
  expect(results.map(brief)).toEqual(all.map((store) => [store, 'compensated', 'STEP_FENCED', []]));
}, 600_000);
