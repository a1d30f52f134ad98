import type { Generation, GenerationStore } from '../../platform/event-log/replay/port';
import type { PartitionLag } from '../lags';
import type { ReadModelStore } from '../store';
import type { Rebuilds, WatchedRebuild } from './rebuild';

/** A read model as people watch it. */
export interface WatchedProjection {
  readonly name: string;
  readonly generation: number;
  readonly records: number;
  readonly movedAt?: string;
  readonly partitions: readonly Omit<PartitionLag, 'projection'>[];
  readonly building?: {
    readonly generation: number;
    readonly begunAt: string;
    readonly done: number;
    readonly all: number;
  };
  readonly rebuild?: WatchedRebuild;
  readonly letters: number;
}

export interface WatchParts {
  readonly store: Pick<ReadModelStore, 'ask'> & {
    readonly generations: Pick<GenerationStore, 'generations' | 'placesOf'>;
  };
  readonly lag: () => Promise<readonly PartitionLag[]>;
  readonly names: readonly string[];
  readonly rebuilds: Pick<Rebuilds, 'of'>;
}

const waiting = `
  select projection, count(*)::int as count from live_dead_letters group by 1`;

/** How every read model follows the log; those of `names` that nobody has followed yet are among them. */
export async function watchedProjections(parts: WatchParts): Promise<readonly WatchedProjection[]> {
  const [lags, letters] = await Promise.all([
    parts.lag(),
    parts.store.ask<{ projection: string; count: number }>(waiting, []),
  ]);
  return Promise.all(
    parts.names.map(async (name) => {
      const generations = await parts.store.generations.generations(name);
      const own = lags.filter(({ projection }) => projection === name);
      const partitions = own.map(({ projection: _name, ...lag }) => lag);
      const moved = partitions.map(({ movedAt }) => movedAt).sort();
      const rebuild = parts.rebuilds.of(name);
      const half = generations.find(({ state }) => state === 'building');
      return {
        name,
        generation: generations.find(({ state }) => state === 'live')?.number ?? 0,
        records: partitions.reduce((sum, { records }) => sum + records, 0),
        ...(moved.length === 0 ? {} : { movedAt: moved.at(-1) ?? '' }),
        partitions,
        ...(half === undefined ? {} : { building: await progressOf(parts, half, partitions) }),
        ...(rebuild === undefined ? {} : { rebuild }),
        letters: letters.find(({ projection }) => projection === name)?.count ?? 0,
      };
    }),
  );
}

/** A replay has as much to do as the live one has done, and what comes meanwhile. */
async function progressOf(
  { store }: WatchParts,
  half: Generation,
  live: readonly Pick<PartitionLag, 'nextOffset' | 'records'>[],
) {
  const places = await store.generations.placesOf(half);
  const done = places.reduce((sum, { nextOffset }) => sum + Number(nextOffset), 0);
  const all = live.reduce((sum, { nextOffset, records }) => sum + nextOffset + records, 0);
  return { generation: half.number, begunAt: half.startedAt, done, all: Math.max(all, done) };
}
