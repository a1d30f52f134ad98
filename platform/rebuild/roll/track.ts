import { canonicalJson } from '../../kernel/json';
import type { RecordedEvent } from '../../kernel/decision';
import type { LogEvent } from '../../event-log/envelope';
import { foldProblem } from '../../event-log/projector/reading';
import type { RebuildCode } from '../finding/codes';
import { HashList } from './hash-list';

/** A service's own pure fold, whatever its state is. */
export type Evolve = (state: unknown, event: RecordedEvent) => unknown;

/** An aggregate as its database held it at one moment; the state as canonical JSON. */
export interface Captured {
  readonly seq: number;
  readonly state: string;
}

/** What is wrong with an aggregate; the first thing found stands. */
export interface Told {
  readonly code: RebuildCode;
  readonly seq: number;
  readonly type?: string;
  readonly detail: string;
  /** What the log folds to, as canonical JSON; of `STATE_DIFFERS` alone. */
  readonly folded?: string;
}

/** One aggregate on its way through the log, up to the number its database held. */
export interface Track {
  readonly captured: Captured;
  /** Number of the last event taken. */
  seq: number;
  /** The fold so far; dropped once it was compared. */
  state: unknown;
  readonly hashes: HashList;
  /** Highest number that stood in the log before the database was asked: it must know it. */
  oldSeq: number;
  /** Type of the first event behind the captured number. */
  beyond?: string;
  told?: Told;
}

/** What a reader knows of a record's place. */
export interface Place {
  /** In the log before the database was asked. */
  readonly isOld: boolean;
  /** The partition has forgotten its first records. */
  readonly isTruncated: boolean;
}

/** Begins before the first event. */
export function trackOf(captured: Captured): Track {
  return { captured, seq: 0, state: undefined, hashes: new HashList(), oldSeq: 0 };
}

/**
 * Takes the next record of an aggregate, in the order of the log: news, a repeat, or what ends the comparison. The
 * state is compared at the very number the database held, whatever came after it on either side.
 */
export function follow(
  track: Track,
  event: LogEvent,
  { isOld, isTruncated, evolve }: Place & { readonly evolve: Evolve },
): 'news' | 'repeat' | 'ended' {
  if (track.told !== undefined) return 'ended';
  const { seq, type, contentHash } = event;
  if (seq <= track.seq) {
    if (track.hashes.has(seq, contentHash)) return 'repeat';
    return end(track, { code: 'HISTORY_FORKED', seq, type, detail: 'the log holds two contents' });
  }
  const expected = track.seq + 1;
  if (seq > expected) {
    const code = expected === 1 && isTruncated ? 'LOG_TRUNCATED' : 'SEQUENCE_GAP';
    return end(track, { code, seq: expected, detail: `the log goes on at ${seq}` });
  }
  track.hashes.push(contentHash);
  track.seq = seq;
  if (isOld) track.oldSeq = seq;
  if (seq > track.captured.seq) track.beyond ??= type;
  else fold(track, event, evolve);
  return track.told === undefined ? 'news' : 'ended';
}

/** Ends the comparison of an aggregate, unless it has ended already. */
export function end(track: Track, told: Told): 'ended' {
  track.told ??= told;
  track.state = undefined;
  return 'ended';
}

/** The log has not yet what the database had. */
export function isBehind({ told, seq, captured }: Track): boolean {
  return told === undefined && seq < captured.seq;
}

function fold(track: Track, event: LogEvent, evolve: Evolve): void {
  const { seq, type } = event;
  try {
    track.state = evolve(track.state, event);
  } catch (error) {
    end(track, { code: 'FOLD_FAILED', seq, type, detail: foldProblem(error).detail });
    return;
  }
  if (seq !== track.captured.seq) return;
  const folded = canonicalJson(track.state);
  track.state = undefined;
  if (folded === track.captured.state) return;
  end(track, { code: 'STATE_DIFFERS', seq, type, detail: `both at number ${seq}`, folded });
}
