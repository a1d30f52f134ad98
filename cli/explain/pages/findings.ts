import type { ErrorPages } from '../page';

/** What the auditor and a rebuild find. */
export const findingPages: ErrorPages = {
  EVENT_NOT_IN_LOG: {
    means: 'The events table says that the event was sent, and the log does not have it.',
    next: 'send it again: holdfast republish <service>',
    docs: 'republish.md',
  },
  EVENT_NOT_IN_TABLE: {
    means:
      'The log has an event that the events table of its service does not have: somebody deleted rows, or wrote to the topic.',
    next: 'compare the table with a backup, and look at who may write to the topic',
    docs: 'runbooks/audit-violation.md',
  },
  EVENT_OVERDUE: {
    means: 'An event was committed more than 30 s ago and is not sent yet. It is no violation.',
    next: 'look at the relay of the service, and at Kafka',
    docs: 'runbooks/outbox-old.md',
  },
  EVENT_TOO_LATE: {
    means:
      'The event is in the log, so far behind later ones of its aggregate that a reader which comes by stops before them.',
    next: 'fill an empty topic with holdfast republish, then holdfast replay',
    docs: 'republish.md#what-it-can-repair-and-what-it-cannot',
  },
  LOG_OUT_OF_ORDER: {
    means:
      'An event came into the log after a later one of its aggregate. Something but the relay has written, or two relays without a lease.',
    next: 'look at who writes to the topic',
    docs: 'events.md#order-repeats-gaps',
  },
  LOG_BEHIND: {
    means:
      'Events of the aggregate were not sent after all the waiting, so the two could not be compared.',
    next: 'run it again once the outbox is empty, or with a longer --wait',
    docs: 'rebuild.md#what-it-can-find',
  },
  TABLE_HASH_WRONG: {
    means: 'A row of the events table is not what its hash says: somebody changed it by hand.',
    next: 'compare the events table with a backup',
    docs: 'runbooks/audit-violation.md',
  },
  TABLE_NOT_CONTIGUOUS: {
    means:
      'The numbers of an aggregate do not go 1, 2, 3 and so on in the events table: rows were deleted.',
    next: 'compare the events table with a backup',
    docs: 'runbooks/audit-violation.md',
  },
  SEQ_WITHOUT_EVENT: {
    means:
      'The row of an aggregate counts more events than the events table holds: one of the two was changed by hand.',
    next: 'compare both with a backup',
    docs: 'runbooks/audit-violation.md',
  },
  STATE_DIFFERS: {
    means:
      'Database and log are at the same number, and the row is not the fold of its events: somebody wrote to it by hand, or the fold has changed.',
    next: 'look at the member that the finding names, and compare with a backup',
    docs: 'rebuild.md#what-it-can-find',
  },
  NOT_IN_DATABASE: {
    means:
      'The log has events of an aggregate, and the database has no row: it was deleted, or is an old backup.',
    next: 'compare with a backup; after a restore: holdfast restore <service> --check',
    docs: 'rebuild.md#what-it-can-find',
  },
  NOT_IN_LOG: {
    means:
      'The database has an event or an aggregate of which the log has nothing: a row was made by hand, or the topic lost its records.',
    next: 'send it again: holdfast republish <service>',
    docs: 'rebuild.md#what-it-can-find',
  },
  NOT_IN_TABLE: {
    means: 'At rest the log has an event that the events table does not have.',
    next: 'compare the table with a backup, and look at who may write to the topic',
    docs: 'audit.md#at-rest',
  },
  NOT_PUBLISHED: {
    means: 'At rest an event of the events table was not sent.',
    next: 'look at the relay of the service, and at Kafka',
    docs: 'runbooks/outbox-old.md',
  },
  NOT_PROJECTED: {
    means: 'A read model went past an event and did not apply it.',
    next: 'build it anew: holdfast replay <projection>',
    docs: 'replay.md',
  },
  RECORD_BROKEN: {
    means:
      'A record of the log cannot be read as an event of ours. Nobody but the relay may write there.',
    next: 'look at the record, and at who may write to the topic',
    docs: 'events.md#envelope',
  },
  AUDITOR_REPLACED: {
    means: 'Another auditor has taken over, and this one stopped writing.',
    next: 'run the command again',
    docs: 'audit.md',
  },
  AUDIT_UNFINISHED: {
    means: 'The audit did not get on for two minutes, and did not come to its end.',
    next: 'run it again: it goes on where it was; look at what waits',
    docs: 'runbooks/audit-stands-still.md',
  },
};
