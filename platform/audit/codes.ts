/**
 * What a finding means: a `violation` breaks a promise; what is `waiting` breaks none, but it cannot be judged yet, or
 * has waited longer than it should.
 */
export type FindingSeverity = 'violation' | 'waiting';

interface CodeMeaning {
  readonly severity: FindingSeverity;
  /** What a person does next. */
  readonly next: string;
}

const republish = 'publish it again from the events table: holdfast republish';
const forked =
  'history was written twice, as after a restore: stop the service before it writes on';
const byHand = 'somebody wrote to the database by hand: compare with a backup';
const writers = 'look at the record, and at who may write to the topic';

/** Everything the auditor itself can find; beside these there are the identities of services and the rules of sagas. */
export const auditCodes = {
  /** The events table says that it was sent, and the log has it not. */
  EVENT_NOT_IN_LOG: { severity: 'violation', next: republish },
  /** Later events of the aggregate are in the log. */
  SEQUENCE_GAP: { severity: 'violation', next: republish },
  /** It came into the log after a later event of its aggregate. */
  LOG_OUT_OF_ORDER: {
    severity: 'violation',
    next: 'something but the relay has written, or two relays without a lease: look at the writers',
  },
  /** One number, two contents. */
  HISTORY_FORKED: { severity: 'violation', next: forked },
  /** The log has it, the events table has it not. */
  EVENT_NOT_IN_TABLE: { severity: 'violation', next: byHand },
  /** A row of the events table is not what its hash says. */
  TABLE_HASH_WRONG: { severity: 'violation', next: byHand },
  /** Numbers of an aggregate do not go 1, 2, 3 … in the events table. */
  TABLE_NOT_CONTIGUOUS: { severity: 'violation', next: byHand },
  /** The row counts more events than its events table holds. */
  SEQ_WITHOUT_EVENT: { severity: 'violation', next: byHand },
  /** Same number, same events, another state than their fold. */
  STATE_DIFFERS: { severity: 'violation', next: byHand },
  NOT_IN_DATABASE: { severity: 'violation', next: 'the row was deleted: compare with a backup' },
  /** The log has events that the database has not. */
  DATABASE_BEHIND: { severity: 'violation', next: forked },
  ENVELOPE_INVALID: { severity: 'violation', next: writers },
  CONTENT_HASH_MISMATCH: { severity: 'violation', next: writers },
  SCHEMA_INVALID: { severity: 'violation', next: writers },
  /** The service's own fold refuses the event. */
  FOLD_FAILED: { severity: 'violation', next: 'the history cannot be: look at this event' },
  /** The partition has forgotten what was not read yet, or lost its end. */
  LOG_TRUNCATED: {
    severity: 'violation',
    next: 'retention or a person deleted records: read on from an archive',
  },
  /** A projection went past the event and did not apply it. */
  NOT_PROJECTED: { severity: 'violation', next: 'replay the projection: holdfast replay' },
  /** Committed long ago, and not sent. */
  EVENT_OVERDUE: { severity: 'waiting', next: 'look at the relay of the service, and at Kafka' },
  SCHEMA_VERSION_UNKNOWN: { severity: 'waiting', next: 'start the auditor of the newer code' },
} as const satisfies Record<string, CodeMeaning>;

export type AuditCode = keyof typeof auditCodes;

/** What a code means; codes of services and sagas are violations. */
export function meaningOf(code: string): CodeMeaning {
  const known: Readonly<Record<string, CodeMeaning>> = auditCodes;
  const next = 'look at the events it names, and at the service that wrote them';
  return known[code] ?? { severity: 'violation', next };
}

/** Something found, with the ids it is about. Code, service and subject are its identity: it is told once. */
export interface AuditFinding {
  /** One of {@link auditCodes}, an identity of a service or a rule of a type of saga. */
  readonly code: string;
  readonly service: string;
  /** Event id, aggregate id, workflow id or place in the log: what is wrong. */
  readonly subject: string;
  readonly eventId?: string;
  readonly sagaId?: string;
  readonly detail: string;
}
