import { crashPoint } from '../../runtime/crash-point';
import { startFolding } from './fold';
import type { Folding } from './fold';
import { ReplayError, replayLimits } from './options';
import type { ReplayOptions, ReplayReport } from './options';
import type { Generation, GenerationStore } from './port';

/**
 * Builds a read model anew from the log's first record, beside the live one, compares the two, and switches in one
 * transaction. What was live is kept. Killed at any moment it can be started again; the live one is never touched.
 */
export async function replayProjection(options: ReplayOptions): Promise<ReplayReport> {
  const { projection, generations, fold } = options;
  return alone(options, async (live) => {
    const before = await stateOf(generations, projection.name, 'building');
    const generation = await generations.begin(projection.name, fold);
    const resumed = before?.number === generation.number;
    return bringUp(options, { generation, live, resumed });
  });
}

/**
 * Goes back to the generation that was live before the last switch. It was not maintained meanwhile, so it first
 * catches up, from where it stood, with the code that runs now: nothing old is shown.
 */
export async function rollBack(options: ReplayOptions): Promise<ReplayReport> {
  const { projection, generations } = options;
  return alone(options, async (live) => {
    const generation = await stateOf(generations, projection.name, 'kept');
    if (generation === undefined) {
      const fix = 'replay: a generation is kept from a switch until the next, or until --drop-old';
      throw new ReplayError('NOTHING_KEPT', `${projection.name} has one generation`, fix);
    }
    return bringUp(options, { generation, live, resumed: false });
  });
}

/** Gives up what a replay left: the generation before the last switch, and one that was never finished. */
export async function dropOld(
  generations: GenerationStore,
  projection: string,
): Promise<readonly Generation[]> {
  return exclusively(generations, projection, async () => {
    const all = await generations.generations(projection);
    const old = all.filter(({ state }) => state !== 'live');
    for (const one of old) await generations.drop(one);
    await generations.clear(projection);
    return old;
  });
}

async function alone(
  { projection, generations, begun, stopping }: ReplayOptions,
  work: (live: Generation) => Promise<ReplayReport>,
): Promise<ReplayReport> {
  return exclusively(generations, projection.name, async () => {
    begun?.();
    await generations.clear(projection.name, stopping);
    stopping?.throwIfAborted();
    const live = await stateOf(generations, projection.name, 'live');
    if (live === undefined) throw new RangeError(`${projection.name} has no live generation`);
    return work(live);
  });
}

async function exclusively<Result>(
  generations: GenerationStore,
  projection: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const hold = await generations.hold(projection);
  if (hold === undefined) {
    const fix = 'wait for it, or end it; a replay that was killed lets go by itself';
    throw new ReplayError('REPLAY_RUNNING', `somebody replays ${projection} already`, fix);
  }
  try {
    return await work();
  } finally {
    await hold.release();
  }
}

async function stateOf(generations: GenerationStore, projection: string, state: string) {
  return (await generations.generations(projection)).find((one) => one.state === state);
}

interface Pair {
  readonly generation: Generation;
  readonly live: Generation;
  readonly resumed: boolean;
}

async function bringUp(options: ReplayOptions, pair: Pair): Promise<ReplayReport> {
  const folding = await startFolding(options, pair.generation);
  let report: ReplayReport;
  try {
    await folding.catchUp();
    await crashPoint('replay.caught-up-not-switched', options.projection.name);
    options.stopping?.throwIfAborted();
    report = await judge(options, pair, folding);
    options.stopping?.throwIfAborted();
    if (report.verdict === 'switched') await switchOver(options, pair.generation, folding);
  } finally {
    await folding.stop();
  }
  if (report.verdict === 'switched') {
    folding.tell('clearing');
    await options.generations.clear(options.projection.name, options.stopping);
  }
  return report;
}

/** Compares, and says whether the switch may follow. */
async function judge(
  options: ReplayOptions,
  { generation, live, resumed }: Pair,
  folding: Folding,
): Promise<ReplayReport> {
  const { generations, sampleMax, expectEqual, acceptLetters, keepLive } = options;
  const { events, repeats, tookMs } = folding.counts();
  folding.tell('comparing');
  const comparison = await generations.compare(generation, sampleMax);
  const { lettersMax } = { ...replayLimits, ...options.limits };
  const letters = await generations.newLetters(generation, lettersMax);
  const isOtherwise = expectEqual && comparison.differing.length > 0;
  const hasLetters = letters.count > 0 && !acceptLetters && generation.state === 'building';
  const refusal = isOtherwise ? 'differs' : hasLetters ? 'letters' : undefined;
  return {
    ...{ projection: options.projection.name, from: live.number, to: generation.number },
    verdict: refusal ?? (keepLive ? 'built' : 'switched'),
    ...{ resumed, events, repeats, tookMs },
    eventsPerSecond: Math.round((events / tookMs) * 1_000),
    ...{ comparison, letters },
  };
}

/** The live generation moves on all the time: caught up once more, and then it is held for a moment. */
async function switchOver(
  options: ReplayOptions,
  generation: Generation,
  folding: Folding,
): Promise<void> {
  const { switchesMax, switchWaitMs } = { ...replayLimits, ...options.limits };
  folding.tell('switching');
  for (let attempt = 0; attempt < switchesMax; attempt += 1) {
    await folding.catchUp();
    const outcome = await options.generations.switchTo(generation, {
      waitMs: switchWaitMs,
      isAtLeast: (places) => folding.isAtLeast(places),
    });
    if (outcome === 'switched') return;
  }
  const fix = 'run it again when there is less to do; it goes on where it stopped';
  throw new ReplayError('REPLAY_BEHIND', 'the live generation was always ahead', fix);
}
