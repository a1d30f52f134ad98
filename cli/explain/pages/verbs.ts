import type { ErrorPages } from '../page';

/** What a saga answers to a verb; status, title and next step are in `gateway/verb-problems.ts`. */
export const verbMeanings: ErrorPages = {
  NOT_PARKED: {
    means:
      'The verb is for a parked step, and no step of that name is parked any more: it went on, or somebody was quicker.',
    docs: 'operations.md#parked-sagas',
  },
  STEP_AMBIGUOUS: {
    means:
      'Several steps are parked, or several decisions are awaited, and the request names none.',
    docs: 'operations.md#parked-sagas',
  },
  VERB_IN_PROGRESS: {
    means: 'Another verb for this step, or for the whole saga, is on its way into the journal.',
    docs: 'operations.md#parked-sagas',
  },
  STEP_UNSETTLED: {
    means:
      'The participant has not said what became of the step. Before that nobody may act as if it were done, or not done.',
    docs: 'operations.md#parked-sagas',
  },
  NOT_STARTED: {
    means:
      'The saga waits before the step, for the length of its history, so nothing of it was sent. Of a child saga: it was closed before it wrote its start.',
    docs: 'operations.md#parked-sagas',
  },
  PIVOT_NOT_SKIPPABLE: {
    means:
      'The pivot decides whether the saga goes forward or back, so it is done or not done, and never passed by.',
    docs: 'operations.md#parked-sagas',
  },
  UNDO_HAS_NO_INPUT: {
    means: 'retry-with-input was sent for an undo, which reverses what the step has recorded.',
    docs: 'operations.md#parked-sagas',
  },
  TOO_LATE: {
    means:
      'The saga has passed its pivot, or has ended, so it goes back no more. In the notes of a saga: an abort found the pivot done.',
    docs: 'operations.md#parked-sagas',
  },
  ALREADY_COMPENSATING: {
    means: 'abort was sent, and the saga is on its way back.',
    docs: 'operations.md#parked-sagas',
  },
  NOT_RESUMABLE: {
    means:
      'resume-forward was sent to a saga that is not parked in an undo before its pivot, or to a recovery.',
    docs: 'operations.md#parked-sagas',
  },
  STEP_EXTERNAL: {
    means: 'A person did this step by hand, so the saga does not send it again.',
    docs: 'operations.md#parked-sagas',
  },
  ACT_USED_ELSEWHERE: {
    means:
      'The same Idempotency-Key was used for another step of this saga. Under one key an act is for one step, for the life of the saga.',
    docs: 'operations.md#parked-sagas',
  },
  NOT_AWAITED: {
    means:
      'The saga waits for no decision or event of this name: it was given, its time is over, or it has not come there yet.',
    docs: 'operations.md#parked-sagas',
  },
  NOT_PAUSED: {
    means: 'unpause was sent to a saga that is not paused.',
    docs: 'operations.md#parked-sagas',
  },
  ALREADY_PAUSED: {
    means: 'pause was sent to a saga that is paused.',
    docs: 'operations.md#parked-sagas',
  },
  VERB_INVALID: {
    means:
      'A member of the verb is missing, too long or not what it should be, or the verb does not fit this kind of step.',
    docs: 'operations.md#parked-sagas',
  },
  SAGA_FINISHED: {
    means:
      'The saga has ended, or its journal says so, and takes nothing more. Of holdfast versions move: there is nothing left to move.',
    docs: 'operations.md#parked-sagas',
  },
  RECOVERY_PENDING: {
    means:
      'Temporal ended the workflow of the saga, or was made to forget it, and the sweeper has not begun the recovery that takes verbs under the same id.',
    docs: 'operations.md#parked-sagas',
  },
  APPROVER_IS_INITIATOR: {
    means: 'A decision takes two people, and you are the one who started the saga.',
    docs: 'operations.md#parked-sagas',
  },
  APPROVAL_LIMIT_EXCEEDED: {
    means:
      'The decision is about more than the attribute approval_limit_cents of your account allows.',
    docs: 'operations.md#parked-sagas',
  },
  VERB_REFUSED: {
    means:
      'The saga refused the verb with a code that this gateway does not know: it runs on a worker of another release.',
    docs: 'versions.md#sagas-builds-of-the-worker',
  },
};
