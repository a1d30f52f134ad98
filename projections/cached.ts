import type { Projection, ReadRow } from '../platform/event-log/projector/projection';
import { versionOf } from '../platform/cache/store';
import type { Version } from '../platform/cache/store';
import { projections } from './index';

/** Projections of which rows are cached. */
const cached: ReadonlySet<string> = new Set(
  projections.flatMap((each) => (each.cached === true ? [each.name] : [])),
);

/** True for a projection of which the cache has to be told what changes. */
export function isCached({ name }: Pick<Projection, 'name'>): boolean {
  return cached.has(name);
}

/** Name of a row in the cache. The number is that of the row's shape: code that shapes it otherwise raises it. */
export function cacheKeyOf({ name }: Pick<Projection, 'name'>, key: string): string {
  return `v2:${name}:${key}`;
}

/** How new a row is; `era` is that of its generation. Nothing is as old as what is not there. */
export function rowVersion(era: number, row: ReadRow | undefined): Version {
  return versionOf(era, typeof row?.version === 'number' ? row.version : 0);
}
