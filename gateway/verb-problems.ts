import { Problem } from '../platform/http/problem';
import type { ProblemOptions } from '../platform/http/problem';
import type { GrantRefusal, VerbRefusal } from '../platform/saga/verbs';
import type { ProblemPage } from './problems';

/** Every answer a saga has to a verb it does not take; `VERB_REFUSED` stands for codes of another release. */
type VerbProblem =
  | VerbRefusal
  | Exclude<GrantRefusal, 'ROLE_MISSING'> // a problem of the platform's own
  | 'RECOVERY_PENDING' // nobody is there to take it
  | 'VERB_REFUSED';

const lookAgain = 'look at the saga again: it has moved on';
const otherPerson = 'ask somebody else who may decide';

/** Status, title and next step for each of them. */
export const verbPages = {
  NOT_PARKED: [409, 'The saga has no such parked step', lookAgain],
  STEP_AMBIGUOUS: [409, 'Several steps are meant: name one', 'send the name of the step as `step`'],
  VERB_IN_PROGRESS: [409, 'The step is being acted on already', 'wait for that, then look again'],
  STEP_UNSETTLED: [
    409,
    'It is not known yet what became of the step',
    'bring the participant back, or `retry`; nothing may be done by hand before it is known',
  ],
  NOT_STARTED: [409, 'The step was never sent', '`retry` it, or `abort`'],
  PIVOT_NOT_SKIPPABLE: [
    409,
    'The step the saga turns on cannot be skipped',
    '`retry` it, `mark-done-externally` once it is done by hand, or `abort`',
  ],
  UNDO_HAS_NO_INPUT: [409, 'An undo reverses what was recorded and has no input', 'use `retry`'],
  TOO_LATE: [
    409,
    'The saga is past its point of no return',
    'it can only go forward; undo it by another saga once it has completed',
  ],
  ALREADY_COMPENSATING: [409, 'The saga goes back already', 'to go forward use `resume-forward`'],
  NOT_RESUMABLE: [
    409,
    'The saga cannot go forward from here',
    'this is for an undo that is parked before the pivot; use `retry`, `skip` or `mark-done-externally`',
  ],
  STEP_EXTERNAL: [
    409,
    'A person has taken this step over: it is not sent again',
    'finish it by hand and `mark-done-externally`, or `skip` it',
  ],
  ACT_USED_ELSEWHERE: [
    409,
    'This very act was taken before, at another step',
    'look at the saga again; what is parked now takes another Idempotency-Key',
  ],
  NOT_AWAITED: [409, 'The saga awaits no such decision', lookAgain],
  NOT_PAUSED: [409, 'The saga is not paused', 'there is nothing to do'],
  ALREADY_PAUSED: [409, 'The saga is paused already', '`unpause` it to let it go on'],
  VERB_INVALID: [422, 'The saga cannot read this', 'correct the body'],
  STEP_FENCED: [
    409,
    'Another run has taken this saga over',
    'look for its recovery and act on that',
  ],
  SAGA_FINISHED: [409, 'The saga has ended', 'nothing can be done to it any more'],
  RECOVERY_PENDING: [
    503,
    'Temporal ended the saga, and its recovery has not begun',
    'the orchestrator begins one by itself; look again, then send it again',
  ],
  GRANT_INVALID: [
    500,
    'The saga did not believe the gateway’s word for you',
    'compare clocks, certificates and authority of gateway and orchestrator, then send it again',
  ],
  GRANT_EXPIRED: [503, 'The journal took too long to hear of this', 'send it again'],
  APPROVER_IS_INITIATOR: [403, 'Nobody decides on a saga they started', otherPerson],
  APPROVAL_LIMIT_EXCEEDED: [403, 'The amount is above what you may approve', otherPerson],
  VERB_REFUSED: [409, 'The saga refused this', lookAgain],
} as const satisfies Record<VerbProblem, ProblemPage>;

export type VerbProblemCode = keyof typeof verbPages;

function isKnown(code: string): code is VerbProblemCode {
  return Object.hasOwn(verbPages, code);
}

/** The problem for a saga's own code; `detail` tells what the saga said, and what to do next follows. */
export function verbProblem(code: string, options: ProblemOptions = {}): Problem {
  const known = isKnown(code) ? code : 'VERB_REFUSED';
  const [status, title, next] = verbPages[known];
  const told = options.detail ?? title;
  return new Problem(status, known, title, { ...options, detail: `${told}; next: ${next}` });
}
