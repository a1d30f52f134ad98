import type { ErrorPages } from '../page';

/** Why a saga is recovered, and what the journal refuses. */
export const recoveryReasonPages: ErrorPages = {
  RECOVERY_DIVERGED: {
    means:
      'A recovery came to a step with an undo that no earlier run of this saga had begun: the saga file has changed since. The step is parked, and nothing of it was sent.',
    next: 'go back to the build that the saga ran on, then retry; or decide by hand',
    docs: 'versions.md#sagas-changing-what-is-in-flight',
  },
  RECOVERED: {
    means:
      'A recovery asked the participant about a step that an earlier run had begun, and nothing of it stands.',
    next: 'retry it, or decide as for any parked step',
    docs: 'operations.md#parked-sagas',
  },
  RESET: {
    means:
      'The workflow of the saga was reset in Temporal, or another run has taken over. This run stops, and a recovery goes on with what all runs did.',
    next: 'nothing; do not reset workflows of sagas by hand',
    docs: 'operations.md#parked-sagas',
  },
  TERMINATED: {
    means:
      'Somebody terminated the workflow of a saga in Temporal. A recovery settles its pivot, then finishes or undoes it.',
    next: 'watch it with holdfast sagas watch <id>; cancel sagas in place of terminating them',
    docs: 'operations.md#parked-sagas',
  },
  TIMED_OUT: {
    means:
      'Of a saga: Temporal ended its workflow by a time limit, and a recovery takes over. Of a webhook: the receiver did not connect within 5 s or not answer within 15 s.',
    next: 'saga: watch it with holdfast sagas watch <id>; webhook: answer first and work afterwards',
    docs: 'webhooks.md#attempts',
  },
  FAILED: {
    means:
      'The workflow of a saga failed in Temporal without a terminal record in the journal. A recovery takes over.',
    next: 'look at the failure in the Temporal Web UI, and watch the saga with holdfast sagas watch <id>',
    docs: 'runbooks/saga-tasks-fail.md',
  },
  CLOSED: {
    means:
      'The workflow of a saga has completed in Temporal, and the journal has no terminal record of it. A recovery takes over.',
    next: 'watch it with holdfast sagas watch <id>',
    docs: 'operations.md#parked-sagas',
  },
  DELETED: {
    means:
      'Temporal has no workflow of a saga that the journal calls open: it was deleted, or Temporal lost its database. A recovery takes over with what the journal and the participants know.',
    next: 'watch it with holdfast sagas watch <id>; never delete workflows of sagas',
    docs: 'operations.md#parked-sagas',
  },
  GENERATION_OVER: {
    means:
      'A run wrote to the journal after a recovery, or the next run of the saga, had taken over. Nothing was written.',
    next: 'nothing; look at the saga again, the newer run is in charge',
  },
  OUTCOME_CONFLICT: {
    means:
      'A run wants to record an end, and the journal has another one of this saga. The first one stands.',
    next: 'look at the saga with holdfast sagas explain, and at who started the second run',
    docs: 'operations.md#parked-sagas',
  },
  BUSINESS_KEY_USED: {
    means:
      'A saga with this workflow id was begun before, or given up before it began. An id is used once, for ever.',
    next: 'look at the earlier saga; start another one under another business key',
    docs: 'api.md#starting-a-saga-once',
  },
  NOT_ITS_PARENT: {
    means: 'A saga wants to decide about a child that is a step of another one.',
    next: 'look at who sent this: only the engine does',
    docs: 'long-sagas.md',
  },
  VERDICT_GIVEN: {
    means: 'The other decision about a child saga was recorded first, and stands.',
    next: 'look at the child with holdfast sagas explain',
    docs: 'long-sagas.md',
  },
  GIVEN_UP: {
    means:
      'No child saga will ever start under this id: its parent gave the step up before the child began.',
    next: 'nothing; the parent’s own reason says why',
    docs: 'long-sagas.md',
  },
};
