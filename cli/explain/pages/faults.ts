import type { ErrorPages } from '../page';

/** Faults that participants answer with, and stores. */
export const faultPages: ErrorPages = {
  STORE_UNAVAILABLE: {
    means:
      'A database did not answer, or refused for a technical reason. Sagas try again, and HTTP answers SERVICE_UNAVAILABLE.',
    next: 'bring the database back; look at its address and at the certificate of the process',
    docs: 'operations.md#what-happens-when-something-dies',
  },
  STORE_CONFLICT: {
    means:
      'Others changed the same rows, again and again, within one attempt, or a row was locked for too long. Nothing was written. Of holdfast restore: somebody writes to the database meanwhile.',
    next: 'nothing for a step, which is tried again; of a command, run it again, and stop the service for a restore',
    docs: 'limits.md#known-ceilings',
  },
  CONFLICT: {
    means:
      'One transaction met a change of somebody else and is tried again, up to twelve times; then it is STORE_CONFLICT.',
    next: 'nothing',
    docs: 'limits.md#known-ceilings',
  },
  BUSY: {
    means:
      'Another saga holds what this step needs, or its type of sagas is stopped. Nothing was written. A step before the pivot asks for half a minute, then the saga goes back.',
    next: 'look at the saga that the message names; holdfast sagas types shows what is stopped',
    docs: 'limits.md#sagas',
  },
  OUTSIDE_UNAVAILABLE: {
    means:
      'What a service calls outside did not answer, or does not know yet; or a child saga is still at work. The same call is asked again under the same key.',
    next: 'bring the outside back; a child is found with holdfast sagas list',
    docs: 'adr/0011-calls-outside.md',
  },
  STEP_UNRESOLVED: {
    means:
      'A message was overtaken by a newer one over a call outside whose outcome is not known yet. It is tried again.',
    next: 'nothing; look at the outside where it stays so',
    docs: 'adr/0011-calls-outside.md',
  },
  STEP_FENCED: {
    means:
      'A late message: an undo, a higher epoch or another run has shut this door, and nothing was done. Of a saga: another run has taken it over, and this one stops.',
    next: 'nothing; look for the recovery of the saga and act on that',
    docs: 'adr/0002-step-record-fence.md',
  },
  STEP_INPUT_CONFLICT: {
    means:
      'A step record stands under this key and epoch with another input. Nothing was done. Of an operation over HTTP it is answered IDEMPOTENCY_KEY_REUSED.',
    next: 'find out who sends one key with two inputs: a saga function must be deterministic',
    docs: 'adr/0002-step-record-fence.md',
  },
  STEP_ALREADY_DONE: {
    means: 'A step stands, and a newer attempt came with another input. What was done stays.',
    next: 'look at the saga with holdfast sagas explain before anything is tried again',
    docs: 'adr/0002-step-record-fence.md',
  },
  UNDO_IMPOSSIBLE: {
    means:
      'The service cannot reverse what the step did: it has moved on since, belongs to another saga, or its record was trimmed. The effect stands, and the saga parks.',
    next: 'reverse it by hand, then mark-done-externally; or skip it',
    docs: 'operations.md#parked-sagas',
  },
  COMMAND_INVALID: {
    means:
      'The input of a command does not fit the contract of the service, or the step has a name that is taken. Trying again does not help.',
    next: 'compare the builds of orchestrator and service; then retry-with-input or abort',
    docs: 'versions.md#commands',
  },
  COMMAND_UNKNOWN: {
    means:
      'The service has no command of this name and kind: it is older than the saga, or the saga names it wrongly.',
    next: 'release the service first, then retry',
    docs: 'versions.md#commands',
  },
  EVENT_INVALID: {
    means:
      'An event has no schema, does not fit it, or is too large, so the whole transaction was refused. Nothing was written.',
    next: 'correct the service or write the next version of the schema, then retry',
    docs: 'limits.md#events',
  },
  CIPHERTEXT_REFUSED: {
    means:
      'A stored value does not open where it stands: it was changed, moved, set back, or never sealed, or its key is not given out any more. It was not used.',
    next: 'look at the row and the reason in the log of the process; mend the row, then retry',
    docs: 'runbooks/ciphertext-refused.md',
  },
  SUBJECT_FORGOTTEN: {
    means:
      'The key of this person was destroyed on request. What was sealed with it cannot be read by anybody, and nothing new is sealed for them.',
    next: 'nothing can bring it back; abort sagas that need it',
    docs: 'keys.md#forgetting',
  },
  INVARIANT_BROKEN: {
    means:
      'A rule of our own code was broken: a service concluded what its contract does not allow, or a database refused a write as wrong in itself.',
    next: 'read the detail in the log of the service, correct the code, then retry',
    docs: 'operations.md#parked-sagas',
  },
  KEYS_UNAVAILABLE: {
    means:
      'The key store does not answer, a key is not known here yet, or this process may not have it. Nothing is sealed or opened: steps are tried again, HTTP answers 503. Of a refused token: the signing keys of the auth server cannot be read.',
    next: 'start the process keys, and run a command as a process that may have the keys of this store',
    docs: 'keys.md#when-the-key-store-is-away',
  },
};
