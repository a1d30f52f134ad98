import { waiter } from '../runtime/waiter';
import type { LogFlow, TopicPartition } from './ports';
import { createLagWatch } from './projector/lag';
import { projectorLimits } from './projector/options';
import type { CompleteProjectorOptions, PartitionStatus } from './projector/options';
import type { ProjectorObserver, ProjectorOptions } from './projector/options';
import { createPartitionRun } from './projector/partition';
import type { PartitionRun } from './projector/partition';

export { projectorLimits } from './projector/options';
export type { ProjectorObserver, ProjectorOptions } from './projector/options';

/** A running projection. */
export interface Projector {
  /** True while it has its partitions and none stands still. */
  isFlowing(): boolean;
  status(): readonly PartitionStatus[];
  stop(): Promise<void>;
}

/**
 * Follows the log with one projection. Each batch is one transaction over checkpoint, positions, rows and dead
 * letters, so a record counts exactly once whatever repeats, crashes or changes hands. What cannot be right stops its
 * partition and says so: a gap in an aggregate, a forked history, a log that lost what was not read yet.
 */
export function startProjector(options: ProjectorOptions): Projector {
  const complete = withDefaults(options);
  const pause = waiter();
  let runs = new Map<string, PartitionRun>();

  async function assigned(places: readonly TopicPartition[], flow: LogFlow): Promise<void> {
    runs.forEach((run) => run.end());
    runs = new Map(
      places.map((place) => [nameOf(place), createPartitionRun(complete, place, flow)]),
    );
    await Promise.all([...runs.values()].map((run) => run.takeUp()));
  }

  const consumer = complete.eventLog.startConsumer({
    groupId: complete.groupId,
    topics: complete.topics,
    assigned,
    read: async (batch) => runs.get(nameOf(batch))?.read(batch) ?? 0,
  });
  const state = { stopped: false };
  const watching = watchLag(complete, () => (state.stopped ? undefined : runs), pause);
  return {
    isFlowing: () => consumer.isJoined() && [...runs.values()].every((run) => !run.status().halt),
    status: () => [...runs.values()].map((run) => run.status()),
    stop: async () => {
      state.stopped = true;
      pause.stop();
      runs.forEach((run) => run.end());
      await Promise.all([consumer.stop(), watching]);
    },
  };
}

/**
 * Notes how far each partition is behind, and looks for another generation, until stopped; trouble here is only a stale
 * number.
 */
async function watchLag(
  options: CompleteProjectorOptions,
  current: () => ReadonlyMap<string, PartitionRun> | undefined,
  pause: ReturnType<typeof waiter>,
): Promise<void> {
  const lagOf = createLagWatch();
  for (let runs = current(); runs; runs = current()) {
    try {
      await noteLag(options, runs, lagOf);
      await Promise.all([...runs.values()].map((run) => run.lookAgain()));
    } catch (error) {
      options.log.debug('the lag could not be noted', { error });
    }
    await pause.wait(options.limits.lagMs);
  }
}

async function noteLag(
  { eventLog, store, projection, observe }: CompleteProjectorOptions,
  runs: ReadonlyMap<string, PartitionRun>,
  lagOf: ReturnType<typeof createLagWatch>,
): Promise<void> {
  const held = [...runs.values()].map((run) => run.status());
  for (const topic of new Set(held.map((one) => one.topic))) {
    const marks = await eventLog.marks(topic);
    const ends = held
      .filter((one) => one.topic === topic)
      .map((one) => ({ ...one, high: marks[one.partition]?.high ?? one.nextOffset }));
    // All are told before the first is written down: where that fails, the numbers are wanted most.
    for (const { partition, ...end } of ends)
      observe.lag({ topic, partition }, lagOf(nameOf({ topic, partition }), end));
    for (const { partition, high } of ends)
      await store.noteEnd(projection.name, { topic, partition }, high);
  }
}

function withDefaults(options: ProjectorOptions): CompleteProjectorOptions {
  const silent: ProjectorObserver = {
    applied: () => undefined,
    duplicates: () => undefined,
    deadLetter: () => undefined,
    halted: () => undefined,
    lag: () => undefined,
  };
  return {
    onDeadLetters: () => undefined,
    ...options,
    limits: { ...projectorLimits, ...options.limits },
    observe: { ...silent, ...options.observe },
  };
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
