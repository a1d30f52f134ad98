import { randomUUID } from 'node:crypto';
import { waiter } from '../../runtime/waiter';
import type { TopicPartition } from '../ports';
import { startProjector } from '../projector';
import type { Projector } from '../projector';
import { ReplayError, replayLimits } from './options';
import type { ReplayOptions, ReplayProgress } from './options';
import type { Generation, GenerationPlace } from './port';

/** A generation that follows the log beside the live one. */
export interface Folding {
  /** Resolves when it has reached the end that the log had a moment before; throws {@link ReplayError}. */
  catchUp(): Promise<void>;
  /** Whether it has applied everything before these places. */
  isAtLeast(places: readonly GenerationPlace[]): boolean;
  counts(): { readonly events: number; readonly repeats: number; readonly tookMs: number };
  tell(phase: ReplayProgress['phase']): void;
  stop(): Promise<void>;
}

/**
 * Folds the log into a generation from its own checkpoints on: the projector itself, with larger transactions and a
 * store that cannot touch the live generation. What it was killed in the middle of is not there; what it had committed
 * is gone on with.
 */
export async function startFolding(
  options: ReplayOptions,
  generation: Generation,
): Promise<Folding> {
  const limits = { ...replayLimits, ...options.limits };
  const { projection, topics, eventLog, schemas, log, groupPrefix } = options;
  const began = new Map(
    (await options.generations.placesOf(generation)).map((one) => [nameOf(one), one.nextOffset]),
  );
  const count = { repeats: 0 };
  const startedMs = performance.now();
  const projector = startProjector({
    ...{ projection, topics, eventLog, schemas, log },
    groupId: `${groupPrefix}-${projection.name}-${randomUUID()}`,
    store: options.generations.storeOf(generation),
    limits: { batchSizeMax: limits.batchSizeMax },
    observe: { duplicates: (repeats) => void (count.repeats += repeats) },
  });
  let ends: readonly End[] = [];
  const placeOf = (end: TopicPartition) => nextOffsets(projector).get(nameOf(end));

  function at(): Pick<ReplayProgress, 'events' | 'total'> & { readonly here: number } {
    let [events, total, here] = [0, 0, 0];
    for (const end of ends) {
      const from = greater(end.low, began.get(nameOf(end)));
      const next = greater(from, placeOf(end));
      events += Number(next - end.low);
      here += Number(next - from);
      total += Number(end.high - end.low);
    }
    return { events, total: Math.max(total, events), here };
  }

  function tell(phase: ReplayProgress['phase']): void {
    const { here, ...numbers } = at();
    const perSecond = Math.round((here / (performance.now() - startedMs)) * 1_000);
    const left = numbers.total - numbers.events;
    const remaining = perSecond > 0 ? { remainingMs: Math.ceil((left / perSecond) * 1_000) } : {};
    options.progress?.({ phase, ...numbers, perSecond, ...remaining });
  }

  async function catchUp(): Promise<void> {
    const pause = waiter();
    const stall = stallWatch(limits.stallMs);
    // A log that is written to all the time has no end to be at: the one it had at the beginning is the goal.
    const goal = await readEnds();
    while (!goal.every((end) => (placeOf(end) ?? -1n) >= end.high)) {
      options.stopping?.throwIfAborted();
      demandMoving(projection.name, projector, stall(at().here));
      tell('folding');
      await pause.wait(limits.progressMs);
      await readEnds();
    }
  }

  async function readEnds(): Promise<readonly End[]> {
    ends = (await Promise.all(topics.map((topic) => endsOf(eventLog, topic)))).flat();
    return ends;
  }

  return {
    catchUp,
    tell,
    isAtLeast: (places) => places.every((one) => (placeOf(one) ?? 0n) >= one.nextOffset),
    counts: () => ({
      ...{ events: at().here, repeats: count.repeats, tookMs: performance.now() - startedMs },
    }),
    stop: () => projector.stop(),
  };
}

interface End extends TopicPartition {
  readonly low: bigint;
  readonly high: bigint;
}

async function endsOf(eventLog: ReplayOptions['eventLog'], topic: string): Promise<End[]> {
  return (await eventLog.marks(topic)).map((marks) => ({ topic, ...marks }));
}

function nextOffsets(projector: Projector): ReadonlyMap<string, bigint> {
  return new Map(projector.status().map((one) => [nameOf(one), one.nextOffset]));
}

/** Halts that waiting cannot cure, and what to do about them. */
function finalFixOf(code: string, projection: string): string | undefined {
  if (code === 'CIPHERTEXT_REFUSED') {
    return `somebody changed a row of the new one: holdfast replay ${projection} --drop-old, and run it again`;
  }
  if (code !== 'HISTORY_FORKED' && code !== 'LOG_TRUNCATED') return undefined;
  return notWhole;
}

const notWhole = 'the log itself is not whole: see docs/operations.md, the projector says the same';

/** A halt that waiting cannot cure ends the replay at once, any other when nothing moved for long. */
function demandMoving(projection: string, projector: Projector, isStalled: boolean): void {
  const halts = projector.status().flatMap(({ halt, topic, partition }) => {
    return halt ? [{ ...halt, place: `${topic}/${partition}` }] : [];
  });
  const final = halts.find(({ code }) => finalFixOf(code, projection) !== undefined);
  const [why] = final ? [final] : halts;
  if (final || (why && isStalled)) {
    const told = `${why?.code} at ${why?.place}: ${why?.detail}`;
    throw new ReplayError(
      'REPLAY_HALTED',
      told,
      finalFixOf(why?.code ?? '', projection) ?? notWhole,
    );
  }
  if (!isStalled) return;
  const fix = 'look at the brokers and at the database of the read models, and run it again';
  throw new ReplayError('REPLAY_STALLED', 'nothing was applied for too long', fix);
}

/** Answers whether the number it is told has been the same for `stallMs`. */
function stallWatch(stallMs: number): (moved: number) => boolean {
  let last = -1;
  let sinceMs = performance.now();
  return (moved) => {
    if (moved !== last) [last, sinceMs] = [moved, performance.now()];
    return performance.now() - sinceMs >= stallMs;
  };
}

function greater(one: bigint, other = 0n): bigint {
  return other > one ? other : one;
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
