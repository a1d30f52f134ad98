/** Every bound of the engine, in one place. Times in milliseconds. */
export const sagaLimits = {
  /** One attempt of one step: a step is one local transaction. */
  attemptMs: 10_000,
  /** The one attempt of a message that goes straight to its participant; meanwhile a saga hears nobody. */
  directAttemptMs: 1_500,
  backoffFirstMs: 100,
  backoffMaxMs: 5_000,
  backoffCoefficient: 2,
  /** How long a step asks again while another saga holds its aggregate; then it turns back with BUSY. */
  busyPatienceMs: 30_000,
  /** A step after the point of no return is settled and parks after this many attempts, or this long. */
  retriableAttemptsMax: 40,
  retriablePatienceMs: 5 * 60_000,
  /** An undo is settled and parks after this many attempts, or this long. */
  undoAttemptsMax: 100,
  undoPatienceMs: 15 * 60_000,
  /** A settle that has no answer by then is shown as parked; it goes on being asked without end. */
  settlePatienceMs: 30_000,
  /** Pause before a message that must get through, but met a fault that retries cannot cure, is sent again. */
  stubbornPauseMs: 60_000,
  stubbornPauseMaxMs: 60 * 60_000,
  /** Events of a history after which a saga parks instead of starting a step; Temporal ends it at 51,200. */
  historyEventsMax: 8_000,
  /** Bytes, likewise: the way back needs about as much again, and Temporal ends a workflow at 50 MB. */
  historyBytesMax: 20 * 1_024 * 1_024,
  /** Reading the histories of a saga that is recovered. */
  recoveryReadMs: 60_000,
  /** Closing a participant for a saga; a store may have to outwait transactions that are under way. */
  closingMs: 120_000,
  /** One attempt of a step that is another saga; a child at work is asked again by the next one. */
  childAttemptMs: 10_000,
  childHeartbeatMs: 5_000,
  /** A child that was released ends when it ends, also when a person has to help it: its parent waits. */
  childPatienceMs: 365 * 24 * 60 * 60_000,
  childAttemptsMax: 1_000_000_000,
  /** Steps that a terminal record lists; an event has at most 200,000 bytes. */
  listedStepsMax: 300,
  /** What a run may hand to the next one; Temporal takes 2 MB in one argument. */
  continuedCharactersMax: 1_500_000,
  stepNameLengthMax: 100,
} as const;
