import { runLostPivot } from '../../cli/chaos/acts/lost-pivot';
import type { LostPivot } from '../../cli/chaos/acts/lost-pivot';
import { openStage } from '../support/stage';

const stage = openStage();
afterAll(async () => (await stage).close());

// All four places are `npm run test:lost-pivot`.
describe('payments killed in the pivot, and away until the deadline is over', () => {
  it.each([
    ['compensated', 'uncalled'],
    ['completed', 'unconcluded'],
  ] as const)(
    'ends %s when it died %s: the saga asks, and does not guess',
    async (outcome, place: LostPivot) => {
      const result = await runLostPivot(await stage, place);
      expect(result).toMatchObject({ outcome, problems: [] });
    },
    240_000,
  );
});
