import { createHash } from 'node:crypto';
import { installTemporalRuntime } from '../../../platform/host/temporal-worker';
import { createLog } from '../../../platform/runtime/log';
import { configFor } from '../../support/world';
import { lengthsOf, problemsOfRun } from './cancelled-runs';
import type { CancelledRun } from './cancelled-runs';
import { plays } from './plays';
import type { Order } from './stepped-saga';
import { startSteppedWorld } from './stepped-world';
import type { SteppedWorld } from './stepped-world';

const orders: readonly Order[] = ['tasks-first', 'answers-first'];
const seed = Number(process.env.HOLDFAST_TEST_SEED ?? 1);
/** Runs of each play and order; all of them with `HOLDFAST_TEST_CANCELS=all`. */
const sample = process.env.HOLDFAST_TEST_CANCELS ?? '2';
const movesBetweenMax = 12;
const bundle = String(process.env.HOLDFAST_WORKFLOW_BUNDLE);

function draw(name: string): number {
  return createHash('sha256').update(`${seed}/${name}`).digest().readUInt32BE(0);
}

/** Every length once, and once with a second cancel some moves later; or as many of these as are asked for. */
function runsOf(at: Pick<CancelledRun, 'play' | 'order'>, lengths: readonly number[]) {
  const named = (length: number, times: string) => `${at.play.name}/${at.order}/${length}/${times}`;
  const all = lengths.flatMap((length): CancelledRun[] => [
    { ...at, length, name: named(length, 'once') },
    {
      ...{ ...at, length, name: named(length, 'twice') },
      againAfter: 1 + (draw(named(length, 'again')) % movesBetweenMax),
    },
  ]);
  if (sample === 'all') return all;
  return all.sort((one, other) => draw(one.name) - draw(other.name)).slice(0, Number(sample));
}

describe('a cancel of the workflow, whatever the length of its history', () => {
  // A world for each: whatever one saga left behind does not meet the next.
  let world: SteppedWorld;
  beforeAll(() => {
    const config = configFor('orchestrator');
    installTemporalRuntime(createLog({ ...config, HOLDFAST_LOG_LEVEL: 'error' }));
  });
  beforeEach(async () => {
    world = await startSteppedWorld(bundle);
  });
  afterEach(() => world.stop());

  it.each(plays.flatMap((play) => orders.map((order) => [play.name, order, play] as const)))(
    '%s, %s: everything is done or nothing, and the status says which',
    async (_name, order, play) => {
      const lengths = await lengthsOf(world, play, order);
      const runs = runsOf({ play, order }, lengths);
      const found: string[] = [];
      for (const run of runs) {
        const problems = await problemsOfRun(world, run);
        found.push(...problems.map((problem) => `${run.name}: ${problem}`));
      }
      process.stderr.write(
        `  ${play.name}, ${order}: ${runs.length} runs, ${lengths.length} lengths\n`,
      );
      expect(found).toEqual([]);
      expect(runs.length).toBeGreaterThan(0);
    },
    30 * 60_000,
  );
});
