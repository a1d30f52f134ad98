import type { ErrorPages } from '../page';

/**
 * Rules of saga files. The task of the workflow fails and is tried again, so a corrected file goes on from there.
 */
export const definitionPages: ErrorPages = {
  STEP_NAME_REUSED: {
    means:
      'Two steps of a saga have one name. They would share a step record, and the second would do nothing.',
    next: 'give each its own name; in a loop name the item too, as in ["reserve", sku]',
    docs: 'add-a-saga.md',
  },
  STEP_NAME_INVALID: {
    means:
      'The name of a step is empty, has more than 100 characters, or begins with saga., which belongs to the journal.',
    next: 'choose another name',
    docs: 'limits.md#sagas',
  },
  STEPS_OVERLAP: {
    means:
      'Two steps were begun side by side outside of all({ … }), so the way back would have no order.',
    next: 'await each step, or put them into all({ … })',
    docs: 'add-a-saga.md',
  },
  SECOND_PIVOT: {
    means:
      'A saga function opened a second pivot, or a hold beside one. A saga has one point of no return.',
    next: 'make the later one a retriable step',
    docs: 'add-a-saga.md',
  },
  STEP_AFTER_PIVOT: {
    means:
      'A step with an undo, or a child saga, stands behind the pivot, where nothing goes back any more.',
    next: 'move it in front of the pivot, or make it retriable',
    docs: 'add-a-saga.md',
  },
  RETRIABLE_BEFORE_PIVOT: {
    means: 'A step without an undo stands in front of the pivot, so the saga could not go back.',
    next: 'give it an undo with step(…), or move it behind the pivot',
    docs: 'add-a-saga.md',
  },
  WAIT_AFTER_PIVOT: {
    means:
      'A wait for a person or an event stands behind the pivot. Its end could turn the saga back, and that is too late there.',
    next: 'wait in front of the pivot',
    docs: 'add-a-saga.md',
  },
  SAGA_THREW_AFTER_PIVOT: {
    means: 'The saga function threw a failure behind its pivot, where it can only go forward.',
    next: 'correct the saga file; it goes on from there',
    docs: 'add-a-saga.md',
  },
  PIVOT_IN_CHILD: {
    means:
      'A saga that is a step of another one opened a pivot. Its point of no return is what its parent decides.',
    next: 'use saga.hold() in place of the pivot',
    docs: 'long-sagas.md',
  },
  CHILD_INPUT_INVALID: {
    means: 'The input of a child saga does not fit that saga’s contract.',
    next: 'correct what the saga file gives to child(…)',
    docs: 'long-sagas.md',
  },
  CONTINUE_INPUT_INVALID: {
    means: 'What was given to continueWith(…) is no input of this saga.',
    next: 'correct it in the saga file',
    docs: 'long-sagas.md',
  },
  CONTINUE_TOO_LARGE: {
    means:
      'What one run hands to the next is above 1,500,000 characters: too many steps are still to be undone.',
    next: 'do a part of the work in child sagas',
    docs: 'long-sagas.md',
  },
  SAGA_START_INVALID: {
    means:
      'A saga was started in Temporal without owner, business key, hash of the request, input or deadline. It failed at once, and nothing was done.',
    next: 'start sagas through the gateway',
    docs: 'api.md#starting-a-saga-once',
  },
};
