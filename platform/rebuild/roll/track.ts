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
  /** Events that stand in the log before an earlier number: they wait for it. */
  readonly early: Map<number, Early>;
  /** The farthest that an event stood behind a later one, and its number. */
  late?: { readonly seq: number; readonly bytes: number };
  /** Events that stood behind a later one. */
  lateEvents: number;
  told?: Told;
}

interface Early {
  readonly event: LogEvent;
  readonly place: Place;
}

/** Most events of an aggregate that wait for an earlier one: more than stand within the reach of any reader. */
const earlyMax = 1_000;

/** What a reader knows of a record's place. */
export interface Place {
  /** Bytes of its partition before it, and up to its end. */
  readonly fromByte: number;
  readonly toByte: number;
  /** In the log before the database was asked. */
  readonly isOld: boolean;
  /** The partition has forgotten its first records. */
  readonly isTruncated: boolean;
}

/** Begins before the first event. */
export function trackOf(captured: Captured): Track {
  const begun = { seq: 0, state: undefined, oldSeq: 0, lateEvents: 0 };
  return { captured, ...begun, hashes: new HashList(), early: new Map() };
}

/**
 * Takes the next record of an aggregate, in the order of the log: news, a repeat, or what ends the comparison. The
 * state is compared at the very number the database held, whatever came after it on either side. Events behind a hole
 * wait: what is missing may stand further on, sent late.
 */
export function follow(
  track: Track,
  event: LogEvent,
  { evolve, ...place }: Place & { readonly evolve: Evolve },
): 'news' | 'repeat' | 'ended' {
  if (track.told !== undefined) return 'ended';
  const { seq, type, contentHash } = event;
  const known = track.early.get(seq)?.event.contentHash;
  if (seq <= track.seq || known !== undefined) {
    if (known === contentHash || track.hashes.has(seq, contentHash)) return 'repeat';
    return end(track, { code: 'HISTORY_FORKED', seq, type, detail: 'the log holds two contents' });
  }
  const expected = track.seq + 1;
  if (seq > expected) return wait(track, event, place);
  if (track.early.size > 0) noteLate(track, seq, place);
  step(track, event, { ...place, evolve });
  for (let next = take(track); next; next = take(track)) {
    step(track, next.event, { ...next.place, evolve });
  }
  return track.told === undefined ? 'news' : 'ended';
}

/** What an aggregate lacks for which events wait; undefined where none do. */
export function gapOf({ seq, early }: Track): Told | undefined {
  if (early.size === 0) return undefined;
  const detail = `the log goes on at ${Math.min(...early.keys())}`;
  return { code: 'SEQUENCE_GAP', seq: seq + 1, detail };
}

function wait(track: Track, event: LogEvent, place: Place): 'news' | 'ended' {
  const { seq } = event;
  const expected = track.seq + 1;
  if (expected === 1 && place.isTruncated) {
    const detail = `the log goes on at ${seq}`;
    return end(track, { code: 'LOG_TRUNCATED', seq: expected, detail });
  }
  track.early.set(seq, { event, place });
  const gap = track.early.size > earlyMax ? gapOf(track) : undefined;
  return gap === undefined ? 'news' : end(track, gap);
}

/** Readers stopped at the first record behind the hole, and look for the missing event from there. */
function noteLate(track: Track, seq: number, { toByte }: Place): void {
  const stoppedAt = Math.min(...[...track.early.values()].map(({ place }) => place.fromByte));
  const bytes = toByte - stoppedAt;
  track.lateEvents += 1;
  if (bytes > (track.late?.bytes ?? 0)) track.late = { seq, bytes };
}

function take(track: Track): Early | undefined {
  const next = track.told === undefined ? track.early.get(track.seq + 1) : undefined;
  if (next !== undefined) track.early.delete(track.seq + 1);
  return next;
}

function step(track: Track, event: LogEvent, place: Place & { readonly evolve: Evolve }): void {
  const { seq, type, contentHash } = event;
  track.hashes.push(contentHash);
  track.seq = seq;
  if (place.isOld) track.oldSeq = seq;
  if (seq > track.captured.seq) track.beyond ??= type;
  else fold(track, event, place.evolve);
}

/** Ends the comparison of an aggregate, unless it has ended already. */
export function end(track: Track, told: Told): 'ended' {
  track.told ??= told;
  track.state = undefined;
  track.early.clear();
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
