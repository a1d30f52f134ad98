import { epochOfCounter, unsent } from './epochs';
import type { EpochCounter } from './epochs';
import type { Place } from './way-back';
import type { StepView } from '../wire';

/** One step as the saga remembers it. */
export interface BookedStep extends Omit<StepView, 'epoch'> {
  readonly place: Place;
  readonly counter: EpochCounter;
}

/** All steps in the order they were started: what is undone, shown and reported at the end. */
export type Book = readonly BookedStep[];

/** The book with one more step, started at `startedAt` (RFC 3339). */
export function opened(
  book: Book,
  step: Pick<BookedStep, 'name' | 'kind' | 'participant' | 'command' | 'place' | 'startedAt'>,
): Book {
  return [...book, { ...step, status: 'started', counter: unsent }];
}

/** The book with one step changed; other steps are the same objects. */
export function changed(
  book: Book,
  name: string,
  change: Partial<Pick<BookedStep, 'status' | 'counter' | 'finishedAt' | 'reason'>>,
): Book {
  return book.map((step) => (step.name === name ? { ...step, ...change } : step));
}

/** The step of that name; the engine asks only for steps it opened. */
export function stepIn(book: Book, name: string): BookedStep {
  const step = book.find((candidate) => candidate.name === name);
  if (step === undefined) throw new Error(`no step "${name}" was opened`);
  return step;
}

/** Steps an unwind must undo: every compensatable step ever started, the refused one included. */
export function undoable(book: Book): readonly BookedStep[] {
  return book.filter((step) => step.kind === 'compensatable');
}

/** What everybody may see of a step. */
export function stepView({ place: _place, counter, ...step }: BookedStep): StepView {
  return { ...step, epoch: epochOfCounter(0, counter) };
}
