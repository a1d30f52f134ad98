import type { LogEvent } from '../event-log/envelope';
import type { EventRef, StepImage } from '../outbox/commit-mark';

/** The events of one transaction as the log shows them, and the step record it left where its last event is there. */
export interface Commit {
  readonly id: string;
  readonly events: readonly LogEvent[];
  readonly image: StepImage | undefined;
  /** Events that the transaction had and the log does not; unknown, and so never empty, without the image. */
  readonly missing: readonly string[];
}

const nameOf = ([aggregateId, seq]: EventRef): string => `${aggregateId}:${seq}`;

/** Puts events together that were written together, in the order of their first record. */
export function commitsOf(events: readonly LogEvent[]): readonly Commit[] {
  const groups = new Map<string, LogEvent[]>();
  for (const event of events) {
    const id = event.commitId ?? nameOf([event.aggregateId, event.seq]);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [event]);
    else group.push(event);
  }
  return [...groups].map(([id, group]) => commitOf(id, group));
}

function commitOf(id: string, events: readonly LogEvent[]): Commit {
  const image = events.find((event) => event.stepImage !== undefined)?.stepImage;
  const present = new Set(events.map(({ aggregateId, seq }) => nameOf([aggregateId, seq])));
  const missing =
    image === undefined ? [id] : image.events.map(nameOf).filter((name) => !present.has(name));
  return { id, events, image, missing };
}

/** Number of the newest event of an aggregate that the database holds; 0 for none. */
export type HeadOf = (aggregateId: string) => number;

/**
 * Takes out, one after the other, the commits whose events continue what is there, whole ones first. `heads` must
 * move with what was taken. What is left when nothing is taken any more stands behind a hole.
 */
export function* inOrder(commits: readonly Commit[], headOf: HeadOf): Generator<Commit> {
  let left = commits;
  for (;;) {
    const rest: Commit[] = [];
    let taken = 0;
    for (const commit of left) {
      if (commit.missing.length === 0 && continues(commit, headOf)) {
        taken += 1;
        yield commit;
      } else rest.push(commit);
    }
    left = rest;
    if (taken > 0) continue;
    const torn = left.find((commit) => continues(commit, headOf));
    if (torn === undefined) return;
    yield torn;
    left = left.filter((commit) => commit !== torn);
  }
}

function continues({ events }: Commit, headOf: HeadOf): boolean {
  const heads = new Map<string, number>();
  for (const { aggregateId, seq } of events) {
    const head = heads.get(aggregateId) ?? headOf(aggregateId);
    if (seq !== head + 1) return false;
    heads.set(aggregateId, seq);
  }
  return true;
}
