import type { SchemaRegistry } from '../schema-registry';
import { createDraft } from './plan';
import type { RedrivePlan, View } from './view';
import type { Projection } from './projection';
import { readRecord } from './reading';
import type { Problem, Reading } from './reading';
import type { DeadLetter, ProjectionStore } from './store-port';

export interface RedriveOptions {
  readonly store: Pick<ProjectionStore, 'redrive'>;
  readonly projection: Projection;
  readonly schemas: Pick<SchemaRegistry, 'read'>;
  readonly aggregateId: string;
  /** Shows what would change and writes nothing. */
  readonly dryRun?: boolean;
}

/** A row before and after; undefined before for one that would be new. */
export interface RowChange {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface RedriveReport {
  readonly applied: number;
  /** Letters that are gone now: applied, already applied, or replaced by a readable repeat. */
  readonly settled: number;
  /** Why it ended before the end of the queue; the aggregate stays parked then. */
  readonly stopped?: Problem & { readonly id: string };
  readonly changes: readonly RowChange[];
}

/**
 * Applies a parked aggregate's events again, in order, in one transaction, up to the first that still fails. Numbers
 * applied meanwhile are dropped. Afterwards the rows equal those of a run in which nothing had failed.
 */
export async function redrive(options: RedriveOptions): Promise<RedriveReport> {
  const { store, projection, aggregateId } = options;
  const plan = await store.redrive(projection.name, aggregateId, async (letters, load) => {
    const readings = new Map(letters.map((letter) => [letter.id, readAgain(letter, options)]));
    const view = await load([...readings.values()]);
    return planRedrive({ options, letters, readings, view });
  });
  return {
    applied: plan.applied.length,
    settled: plan.settledIds.length,
    ...(plan.stopped ? { stopped: plan.stopped } : {}),
    changes: [...plan.rows].map(([key, { row }]) => ({
      ...{ key, before: plan.before.get(key)?.row, after: row },
    })),
  };
}

function readAgain(letter: DeadLetter, { projection, schemas }: RedriveOptions): Reading {
  return readRecord(letter.record, projection, schemas);
}

interface Redrive {
  readonly options: RedriveOptions;
  readonly letters: readonly DeadLetter[];
  readonly readings: ReadonlyMap<string, Reading>;
  readonly view: View;
}

function planRedrive({ options, letters, readings, view }: Redrive): RedrivePlan {
  const draft = createDraft(options.projection, { ...view, queues: new Map() });
  const settledIds: string[] = [];
  let stopped: RedrivePlan['stopped'];
  for (const { id, seq } of letters) {
    const isReplaced = letters.some((one) => one.seq === seq && readings.get(one.id)?.event);
    const problem = settle(readings.get(id), draft, isReplaced);
    if (problem) {
      stopped = { id, ...problem };
      break;
    }
    settledIds.push(id);
  }
  const { applied, positions, rows } = draft.result();
  const dryRun = options.dryRun ?? false;
  const end = stopped ? { stopped } : {};
  return { applied, positions, rows, settledIds, before: view.rows, dryRun, ...end };
}

function settle(
  reading: Reading | undefined,
  draft: ReturnType<typeof createDraft>,
  isReplaced: boolean,
): Problem | undefined {
  const { event, problem, keys } = reading ?? { keys: [] };
  if (event === undefined) return isReplaced ? undefined : problem;
  if (problem) return problem;
  const last = draft.positionOf(event.aggregateId)?.lastSeq ?? 0;
  if (event.seq <= last) {
    if (draft.knownHash(event) === event.contentHash) return undefined;
    return { reason: 'CONTENT_HASH_MISMATCH', detail: `${event.seq} was applied differently` };
  }
  if (event.seq === last + 1) return draft.apply(event, keys);
  return { reason: 'BEHIND_DEAD_LETTER', detail: `${last + 1} is missing` };
}
