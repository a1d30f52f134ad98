import { eventId, parseEvent } from '../envelope';
import type { LogEvent } from '../envelope';
import { createDraft } from '../projector/plan';
import type { Projection } from '../projector/projection';
import { readRecord } from '../projector/reading';
import type { Problem, Reading } from '../projector/reading';
import type { View } from '../projector/view';
import type { SchemaRegistry } from '../schema-registry';
import { causeOf } from './cause';
import type { DeadLetter, LetterAct, LetterEnd, LetterReport, LetterStore } from './port';
import type { RedrivePlan } from './port';

export interface RedriveOptions {
  readonly store: Pick<LetterStore, 'carryOut'>;
  readonly projection: Projection;
  readonly schemas: Pick<SchemaRegistry, 'read'>;
  readonly aggregateId: string;
  readonly act: LetterAct;
  /** Shows what would change; everything is rolled back. */
  readonly dryRun?: boolean;
}

/** Thrown when another letter of the aggregate must be dealt with first. */
export class LetterNotFirst extends Error {
  readonly code = 'LETTER_NOT_FIRST';
  constructor(readonly firstId: string) {
    super(`letter ${firstId} stands before it`);
  }
}

/** Thrown when the letter does not wait any more. */
export class LetterSettled extends Error {
  readonly code = 'LETTER_SETTLED';
}

/**
 * Applies a parked aggregate's events again, in order, in one transaction, up to the first that still fails. Numbers
 * applied meanwhile are dropped; a letter that the act discards gives its number up without a trace in the rows.
 * Afterwards the rows equal those of a run in which nothing had failed.
 */
export async function redrive(
  options: RedriveOptions,
): Promise<{ readonly report: LetterReport; readonly isRepeat: boolean }> {
  const { store, projection, aggregateId, act, dryRun = false } = options;
  const told = { projection: projection.name, aggregateId, act, dryRun };
  return store.carryOut(told, async (letters, load) => {
    if (letters.length === 0) throw new LetterSettled('nothing of the aggregate waits any more');
    const discarded = act.verb === 'discard' ? demandFirst(act.letterId, letters) : undefined;
    const readings = new Map(letters.map((letter) => [letter.id, readAgain(letter, options)]));
    const view = await load([...readings.values()]);
    return planRedrive({ projection, letters, readings, view, discarded });
  });
}

function demandFirst(id: string, letters: readonly DeadLetter[]): DeadLetter {
  const letter = letters.find((one) => one.id === id);
  if (letter === undefined) throw new LetterSettled('the letter waits no more');
  const [first] = letters;
  if (first && first.seq !== letter.seq) throw new LetterNotFirst(first.id);
  return letter;
}

/** A letter as the projection reads it now: the record, or what a person put in the place of its payload. */
export function readAgain(
  { record, edited }: Pick<DeadLetter, 'record' | 'edited'>,
  { projection, schemas }: Pick<RedriveOptions, 'projection' | 'schemas'>,
): Reading {
  if (edited === undefined) return readRecord(record, projection, schemas);
  // The hash stays that of the log: the event in the log is what repeats are compared with.
  return readRecord({ ...record, value: edited }, projection, schemas, parseEvent);
}

interface Redrive {
  readonly projection: Projection;
  readonly letters: readonly DeadLetter[];
  readonly readings: ReadonlyMap<string, Reading>;
  readonly view: View;
  readonly discarded: DeadLetter | undefined;
}

function planRedrive({ projection, letters, readings, view, discarded }: Redrive): RedrivePlan {
  const draft = createDraft(projection, { ...view, queues: new Map() });
  const settled: { id: string; end: LetterEnd }[] = [];
  let stopped: RedrivePlan['stopped'];
  for (const letter of letters) {
    const { id, seq } = letter;
    const reading = readings.get(id);
    const isReplaced = letters.some((one) => one.seq === seq && readings.get(one.id)?.event);
    const end =
      letter === discarded
        ? giveUp(letter, draft, { isReplaced, isPassed: letters.some((one) => one.seq > seq) })
        : settle(reading, draft, isReplaced);
    if (typeof end === 'object') {
      stopped = { id, seq, ...end, ...causeOf(projection.name, { ...letter, ...reading }, end) };
      break;
    }
    settled.push({ id, end });
  }
  const { applied, positions, rows, listed, skipped } = draft.result();
  const rest = stopped ? { stopped } : {};
  return { applied, positions, rows, listed, skipped, settled, before: view.rows, ...rest };
}

type Draft = ReturnType<typeof createDraft>;

/**
 * Gives a number up. A message nobody can read has the number after the last one known: where later events wait
 * behind it that number was used and goes with it, otherwise it stays open for the event that will have it.
 */
function giveUp(
  letter: DeadLetter,
  draft: Draft,
  { isReplaced, isPassed }: { readonly isReplaced: boolean; readonly isPassed: boolean },
): LetterEnd {
  const { aggregateId, seq } = letter;
  const known = identityOf(letter);
  if (known) draft.skip({ aggregateId, seq, hash: known.contentHash });
  else if (!isReplaced && isPassed) draft.skip({ aggregateId, seq });
  return 'discarded';
}

/** Number and hash as the headers have them, whatever the value is. */
function identityOf({ record }: DeadLetter): LogEvent | undefined {
  try {
    return parseEvent({ ...record, value: '{}' });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENVELOPE_INVALID') return undefined;
    throw error;
  }
}

function settle(
  reading: Reading | undefined,
  draft: Draft,
  isReplaced: boolean,
): LetterEnd | Problem {
  const { event, problem, keys } = reading ?? { keys: [] };
  const unreadable: Problem = { reason: 'ENVELOPE_INVALID', detail: 'no event' };
  if (event === undefined) return isReplaced ? 'replaced' : (problem ?? unreadable);
  if (problem) return problem;
  const last = draft.positionOf(event.aggregateId)?.lastSeq ?? 0;
  if (event.seq <= last) {
    const known = draft.knownHash(event);
    if (known === undefined || known === event.contentHash) return 'repeat';
    return { reason: 'CONTENT_HASH_MISMATCH', detail: `${eventId(event)} was applied differently` };
  }
  if (event.seq === last + 1) return draft.apply(event, keys) ?? 'applied';
  return { reason: 'BEHIND_DEAD_LETTER', detail: `number ${last + 1} is missing` };
}
