import { Problem } from '../../platform/http/problem';

/** Status, title and next step of every refusal of an act on dead letters. */
export const letterPages = {
  LETTER_SETTLED: [
    409,
    'The dead letter is done with',
    'there is nothing to do; show it to see what ended it',
  ],
  LETTER_NOT_FIRST: [
    409,
    'Another dead letter of the aggregate stands before this one',
    'deal with the first one: an aggregate’s events go in order',
  ],
  EDIT_INVALID: [
    422,
    'The payload is not one that the event’s writer could have written',
    'correct the payload; where the headers cannot be read, discard the letter',
  ],
  PROJECTION_UNKNOWN: [
    409,
    'This build has no such projection',
    'ask a projector whose build has it, or bring the projection back',
  ],
} as const satisfies Record<string, readonly [number, string, string]>;

export type LetterProblemCode = keyof typeof letterPages;

/** Builds the problem of a refusal; the next step follows what is told. */
export function letterProblem(code: LetterProblemCode, detail?: string, cause?: unknown): Problem {
  const [status, title, next] = letterPages[code];
  return new Problem(status, code, title, { detail: `${detail ?? title}; next: ${next}`, cause });
}
