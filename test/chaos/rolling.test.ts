import { runRolling } from '../../cli/chaos/rolling/rolling';
import { runSickInstance } from '../../cli/chaos/rolling/sick-instance';
import { openStage } from '../support/stage';

const stage = openStage();
afterAll(async () => (await stage).close());

const say = (): void => undefined;

// Every process twice, at 50 reads a second beside four customers, is `npm run test:rolling`. Four of them keep two
// slow cores busy without a break: a read that waits its five seconds then says nothing of restarts.
const buyers = 2;

it('both gateways are restarted one after the other, and nothing fails', async () => {
  const doubled = ['gateway'] as const;
  const options = { rate: 20, rounds: 1, doubled, alone: [], buyers, say } as const;
  const { restarts, sagas, problems } = await runRolling(await stage, options);
  expect(problems).toEqual([]);
  expect(restarts.map(({ name }) => name)).toEqual([
    ...doubled,
    ...doubled.map((name) => `${name}-2`),
  ]);
  expect(sagas).toBeGreaterThan(0);
}, 400_000);

it('one of three instances that hangs costs next to nothing, and is asked again when it goes on', async () => {
  const options = { rate: 20, sickMs: 10_000, buyers, say };
  const { problems, met } = await runSickInstance(await stage, options);
  expect(problems).toEqual([]);
  expect(met).toBeGreaterThan(0);
}, 400_000);
