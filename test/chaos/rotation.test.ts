import { runRotation } from '../../cli/chaos/acts/rotation';
import { openStage } from '../support/stage';

const stage = openStage();
afterAll(async () => (await stage).close());

// At 50 reads a second, with certificates of two minutes, it is `npm run test:rotation`.
it('every key and certificate is replaced under running sagas, and nothing fails', async () => {
  const options = { rate: 20, leafLifeMs: 80_000, say: () => undefined };
  const { turns, sagas, problems } = await runRotation(await stage, options);
  expect(problems).toEqual([]);
  expect(sagas).toBeGreaterThan(8);
  expect(turns.map(({ name }) => name)).toEqual([
    'signing key of the realm',
    'key-encryption key',
    'data keys',
    'certificates',
  ]);
}, 600_000);
