import type { ErrorPages } from '../page';

/** Codes of `holdfast verify`, `attack` and `chaos`. */
export const proofPages: ErrorPages = {
  OPTION_UNFIT: {
    means:
      '--seed or --html was given with --pairs, which plays its runs in an order of its own and draws no matrix.',
    next: 'leave --seed and --html out',
    docs: 'verify.md#two-faults-at-a-time',
  },
  RECIPE_UNKNOWN: {
    means: 'There is no recipe for this saga, so it cannot be run cell by cell.',
    next: 'take a saga that the fix names, or write a recipe',
    docs: 'verify.md#your-own-saga',
  },
  SAGA_MISSING: {
    means:
      'No saga was named, or --input was given without --pairs. A cell runs a saga by its recipe.',
    next: 'name a saga that has a recipe; --input belongs to --pairs',
    docs: 'verify.md',
  },
  ONLY_NEEDS_ONE: {
    means: '--only, or --input with --pairs, is about one saga, and not exactly one was named.',
    next: 'name the one saga that is meant',
    docs: 'verify.md',
  },
  CELL_UNKNOWN: {
    means: 'The saga has no cell of the name in --only.',
    next: 'take the name of a cell from the report, or put it together from the steps that the fix lists',
    docs: 'verify.md#what-a-cell-is',
  },
  RECIPE_INCOMPLETE: {
    means: 'Without any fault the saga did not complete, so faults would prove nothing.',
    next: 'let prepare() of the recipe answer a request that goes through without an approval',
    docs: 'verify.md#your-own-saga',
  },
  RECIPE_BROKEN: {
    means: 'Without any fault the recipe’s own check() found something wrong.',
    next: 'correct check(), or the saga',
    docs: 'verify.md#your-own-saga',
  },
  NO_STEPS: {
    means: 'The saga sent no step to a service, so there is nothing to disturb.',
    next: 'add a step to the saga',
    docs: 'verify.md#your-own-saga',
  },
  INPUT_MISSING: {
    means: 'No sample that was made from the contract fits it: a rule of it is written as code.',
    next: 'write an input into a file, and name the file with --input',
    docs: 'verify.md#two-faults-at-a-time',
  },
  INPUT_UNREADABLE: {
    means: 'The file of --input is not there, or is no JSON.',
    next: 'write one JSON value that the contract accepts into it',
    docs: 'verify.md#two-faults-at-a-time',
  },
  INPUT_INVALID: {
    means:
      'The value in the file of --input does not fit the contract of the saga. The message says where.',
    next: 'correct the member that the message names',
    docs: 'verify.md#two-faults-at-a-time',
  },
  RUN_UNKNOWN: {
    means: 'The saga has no run of faults of the name in --only.',
    next: 'take a name from the violations that were listed',
    docs: 'verify.md#two-faults-at-a-time',
  },
  SAGA_INCOMPLETE: {
    means:
      'With this input, and without any fault, the saga does not complete, so faults would prove nothing.',
    next: 'give another input, or script the answers that it needs',
    docs: 'verify.md#two-faults-at-a-time',
  },
  AUTHORITY_UNKNOWN: {
    means:
      'holdfast attack issues certificates with the authority of the stack, and the state folder has none that is good for another day.',
    next: 'attack a stack that was started on this machine with npm start',
    docs: 'attack.md',
  },
  REALM_REFUSES: {
    means:
      'Keycloak refused what holdfast attack asked of it: a log-in as administrator, a change of the realm, or a token. The message has its answer.',
    next: 'attack a stack that was started on this machine with npm start',
    docs: 'attack.md',
  },
  NEVER_ANSWERED: {
    means:
      'In a chaos run a client sent one request again and again, under one key, and had no final answer before its patience was over.',
    next: 'look at the last answer in the message, and at the processes that were hit then',
    docs: 'chaos.md#what-clients-do',
  },
  SAGA_NOT_ENDED: {
    means:
      'At rest a saga has no terminal record in the journal, and does not wait for a person either.',
    next: 'look at it with holdfast sagas explain, and at the log of the orchestrator',
    docs: 'audit.md#at-rest',
  },
  DEAD_LETTER: {
    means: 'At rest an event waits as a dead letter of a read model.',
    next: 'look at it with holdfast dead-letters list',
    docs: 'operations.md#dead-letters',
  },
};
