import type { ErrorPages } from '../page';

/** Why a saga is parked, or goes back. */
export const reasonPages: ErrorPages = {
  PARTICIPANT_UNREACHABLE: {
    means:
      'The participant has not said for half a minute what became of a step. The saga is shown as parked and goes on asking.',
    next: 'bring the participant and its database back; it resolves by itself',
    docs: 'operations.md#parked-sagas',
  },
  HISTORY_LIMIT: {
    means:
      'The history of the saga has come to its limit (8,000 events or 20 MiB), and it waits before the next step, while there is room for the way back.',
    next: 'find out why it took so many steps or attempts, then retry or abort; split such work',
    docs: 'long-sagas.md',
  },
  DEADLINE: {
    means: 'The deadline of the saga passed before its pivot was done, so it goes back.',
    next: 'look for what took so long with holdfast sagas explain or holdfast trace; start it anew',
    docs: 'operations.md#parked-sagas',
  },
  CANCELLED: {
    means:
      'The saga was cancelled before its pivot and goes back; or Temporal closed its workflow as cancelled without a terminal record, and a recovery takes over.',
    next: 'nothing; holdfast sagas explain says who did it',
    docs: 'operations.md#parked-sagas',
  },
  EXTERNAL: {
    means:
      'A person did this step by hand, and the saga now has to reverse it. It never sends such a step or its undo itself.',
    next: 'reverse it by hand, then mark-done-externally; or skip',
    docs: 'operations.md#parked-sagas',
  },
  ABORTED: {
    means: 'An operator gave a parked step up, so the saga goes back.',
    next: 'nothing; holdfast sagas explain says who did it, and why',
    docs: 'operations.md#parked-sagas',
  },
  PARENT_WENT_BACK: {
    means: 'The saga is a step of another one, and that one went back.',
    next: 'look at the parent',
    docs: 'long-sagas.md',
  },
  CHILD_COMPENSATED: {
    means:
      'The saga that is this step went back by itself, or, when it was to be released, had gone back already.',
    next: 'look at the child that the detail names',
    docs: 'long-sagas.md',
  },
  CHILD_CANCELLED: {
    means: 'The saga that is this step was cancelled.',
    next: 'look at the child that the detail names',
    docs: 'long-sagas.md',
  },
  CHILD_NOT_STARTED: {
    means:
      'The saga that is this step was closed before it wrote its start: the worker has no saga of that name, or its start was unusable.',
    next: 'look at the workflow of the child in Temporal, and at the build of the worker',
    docs: 'long-sagas.md',
  },
  CHILD_RELEASED: {
    means: 'A child saga was to undo what it did, and its parent had let it go for good before.',
    next: 'look at both sagas with holdfast sagas explain; reverse the child by another saga',
    docs: 'long-sagas.md',
  },
  APPROVAL_DENIED: {
    means: 'Whoever may decide said no, so the saga goes back.',
    next: 'nothing; holdfast sagas explain says who decided',
    docs: 'operations.md#parked-sagas',
  },
  APPROVAL_ELAPSED: {
    means: 'Nobody decided in time, so the saga goes back.',
    next: 'start it anew, and have it decided within the time of the saga file',
    docs: 'operations.md#parked-sagas',
  },
  EVENT_ELAPSED: {
    means: 'What the saga awaited from outside did not come in time, so it goes back.',
    next: 'look at who should have delivered it; start the saga anew',
    docs: 'operations.md#parked-sagas',
  },
  SAGA_REFUSED: {
    means:
      'The saga function itself threw a failure without a code before the pivot, so the saga goes back.',
    next: 'look at the saga file; throw an ApplicationFailure with a type of its own',
    docs: 'add-a-saga.md',
  },
  NO_ANSWER: {
    means:
      'A message was sent and no answer came in time. It may have had its effect, so the step is settled or undone.',
    next: 'look at the service and at its worker; the saga finds out by itself',
    docs: 'operations.md#when-a-service-does-not-answer',
  },
  INTERRUPTED: {
    means:
      'The saga turned back while the step was under way, so its answer was waited for no more. It is undone like a step that was done.',
    next: 'nothing; the reason of the saga says why it turned back',
    docs: 'operations.md#parked-sagas',
  },
  FAULT_UNNAMED: {
    means:
      'An attempt failed with an error that has no code of ours, for example an answer that is too large, or a bug of the service.',
    next: 'look for the saga’s id in the log of the service',
    docs: 'operations.md#parked-sagas',
  },
  GRANT_UNCHECKED: {
    means:
      'Before the pivot nobody could say in time whether the grant of the saga still counts, so it goes back.',
    next: 'look at the orchestrators and at the database sagas; start the saga anew',
    docs: 'security.md',
  },
  RESUMED: {
    means:
      'After resume-forward the participant is asked whether the step still stands or must be done again.',
    next: 'wait for its answer; bring the participant back where it does not answer',
    docs: 'operations.md#parked-sagas',
  },
  INPUT_NOT_USED: {
    means:
      'A new input was given to a step that turned out to be done with its first one, so it was not used.',
    next: 'nothing, or correct the effect by a command of the service',
    docs: 'operations.md#parked-sagas',
  },
};
