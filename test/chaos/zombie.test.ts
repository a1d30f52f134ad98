import { runZombies } from '../../cli/chaos/acts/zombie';
import type { ZombieResult } from '../../cli/chaos/acts/zombie-judge';
import { openStage } from '../support/stage';

const stage = openStage();
afterAll(async () => (await stage).close());

const brief = ({ store, outcome, refusedWith, problems }: ZombieResult) => [
  ...[store, outcome, refusedWith, problems],
];

describe('a worker that is stopped inside a step, and goes on after the saga has turned back', () => {
  const late = expect.stringMatching(/^STORE_(UNAVAILABLE|CONFLICT)$/) as unknown;
  const all = ['MongoDB', 'PostgreSQL', 'DynamoDB'];

  it('before it asked its store: all three stores fence it', async () => {
    const results = await runZombies(await stage, 'unread');
    expect(results.map(brief)).toEqual(
      all.map((store) => [store, 'compensated', 'STEP_FENCED', []]),
    );
  }, 300_000);

  it('with a decision it has not written: nothing of it is written in any of the three', async () => {
    const results = await runZombies(await stage, 'decided');
    expect(results.map(brief)).toEqual(all.map((store) => [store, 'compensated', late, []]));
  }, 300_000);

  it('with writes it has not committed: they are gone, and do not hold the undo up for long', async () => {
    const results = await runZombies(await stage, 'written');
    const transactional = ['MongoDB', 'PostgreSQL'];
    expect(results.map(brief)).toEqual(
      transactional.map((store) => [store, 'compensated', late, []]),
    );
  }, 300_000);
});
