/** What a finding means for the verdict: two stories are told, or one of them could not be heard to its end. */
export type FindingVerdict = 'differs' | 'undecided';

/** Everything a comparison can find, one finding per aggregate, with what a person does next. A closed list. */
export const rebuildCodes = {
  /** Same number, same events, and the folded state is another one than the stored. */
  STATE_DIFFERS: {
    verdict: 'differs',
    next: 'somebody wrote to the database by hand, or the fold has changed its mind: look at the field',
  },
  /** One number, two contents: within the log, or between the log and the events table. */
  HISTORY_FORKED: {
    verdict: 'differs',
    next: 'history was written twice, as after a restore: stop the service before it writes on',
  },
  NOT_IN_DATABASE: {
    verdict: 'differs',
    next: 'the row was deleted, or the database is an old backup: see the runbook of a restore',
  },
  /** The log has events that the database has not. */
  DATABASE_BEHIND: {
    verdict: 'differs',
    next: 'the database is an old backup: stop the service before it gives these numbers away again',
  },
  NOT_IN_LOG: {
    verdict: 'differs',
    next: 'the row was made by hand, or the topic lost its events: publish them again with holdfast republish --all',
  },
  /** The events table says that it was sent. */
  EVENT_NOT_IN_LOG: {
    verdict: 'differs',
    next: 'the topic lost it: publish it again with holdfast republish',
  },
  /** The row counts more events than its events table holds. */
  SEQ_WITHOUT_EVENT: {
    verdict: 'differs',
    next: 'number or events were changed by hand: compare with a backup',
  },
  SEQUENCE_GAP: {
    verdict: 'differs',
    next: 'readers stop here too: publish the missing event again with holdfast republish',
  },
  /** It is in the log, so far behind later ones of its aggregate that no reader would find it in time. */
  EVENT_TOO_LATE: {
    verdict: 'differs',
    next: 'readers that come by stop here: fill an empty topic with holdfast republish, and replay',
  },
  ENVELOPE_INVALID: {
    verdict: 'differs',
    next: 'somebody else wrote to the topic: look at the record and at the access list',
  },
  CONTENT_HASH_MISMATCH: {
    verdict: 'differs',
    next: 'the record was changed after it was sent: look at it, and at who may write',
  },
  SCHEMA_INVALID: {
    verdict: 'differs',
    next: 'the payload is none its schema allows: look at the record',
  },
  SCHEMA_VERSION_UNKNOWN: {
    verdict: 'undecided',
    next: 'run it with the code that wrote the event, or newer',
  },
  /** The service's own `evolve` threw. */
  FOLD_FAILED: {
    verdict: 'differs',
    next: 'an event stands where it cannot stand, or the fold is broken: look at it',
  },
  /** Events that the outbox has not sent yet, after all the waiting. */
  LOG_BEHIND: {
    verdict: 'undecided',
    next: 'the relay is away or behind: run it again once the outbox is empty, or with a longer --wait',
  },
  /** The topic has forgotten its beginning. */
  LOG_TRUNCATED: {
    verdict: 'undecided',
    next: 'retention has taken the first events: publish them again with holdfast republish --all',
  },
} as const satisfies Record<string, { verdict: FindingVerdict; next: string }>;

export type RebuildCode = keyof typeof rebuildCodes;

/** Of a whole run. `undecided` only where nothing differs. */
export type RebuildVerdict = 'equal' | FindingVerdict;

/** What was found of one aggregate. */
export interface Finding {
  readonly aggregateId: string;
  readonly code: RebuildCode;
  /** Number of the event it is about, and its type where that is known. */
  readonly seq: number;
  readonly type?: string;
  readonly detail: string;
  /** Of two states: the first member that differs, what the log makes of it, and what the database holds. */
  readonly field?: {
    readonly pointer: string;
    readonly expected: string;
    readonly actual: string;
    /** Members that differ, this one included. */
    readonly members: number;
  };
}
