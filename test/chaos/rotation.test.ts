import { runRotation } from '../../cli/chaos/acts/rotation';
import { openStage } from '../support/stage';

const stage = openStage();
afterAll(async () => (await stage).close());

// Everything, at 50 reads a second beside four customers and with certificates of two minutes, is
// `npm run test:rotation`. Four of them keep two slow cores busy without a break: what fails then says nothing of
// certificates.
it('every certificate is replaced and ends under running sagas, and nothing fails', async () => {
  const options = {
    rate: 20,
    buyers: 2,
    leafLifeMs: 80_000,
    only: 'certificates',
    say: () => undefined,
  } as const;
  const { turns, sagas, problems } = await runRotation(await stage, options);
  expect(problems).toEqual([]);
  expect(sagas).toBeGreaterThan(8);
  expect(turns.map(({ name }) => name)).toEqual(['certificates']);
}, 400_000);
