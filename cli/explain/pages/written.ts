import type { ErrorPages } from '../page';

/** Codes of what `holdfast new service` writes: its refusals, and what must be true of it at each commit. */
export const writtenPages: ErrorPages = {
  ALREADY_MADE: {
    means:
      'A service that `holdfast new service` wrote has something under this id, which is used once.',
    next: 'use another id',
    docs: 'add-a-saga.md',
  },
  NOT_HELD: {
    means: 'A command is about what its saga holds; this one is at rest, or is not there at all.',
    next: 'send it between the step that makes one and the step that confirms it',
    docs: 'add-a-saga.md',
  },
  NOT_MADE: {
    means:
      'A saga confirms what a service that `holdfast new service` wrote does not hold as made.',
    next: 'look at the saga with holdfast sagas explain: was it cancelled, or never made',
    docs: 'add-a-saga.md',
  },
  HELD_WHILE_MADE: {
    means:
      'What a service that `holdfast new service` wrote keeps is held by a saga and not made, or made and held by nobody.',
    next: 'look at the saga that the detail names',
    docs: 'audit.md#rules-of-your-own',
  },
};
