import type { ErrorPages } from '../page';

/** Codes of the log, of relays and projectors, and of dead letters. */
export const logPages: ErrorPages = {
  LOG_UNAVAILABLE: {
    means:
      'No Kafka broker answered, or one answered with trouble of its own. A send may have landed; the relay sends it again, and readers know it for a repeat.',
    next: 'start the brokers, or look at HOLDFAST_KAFKA_BROKERS and at the certificate',
    docs: 'operations.md#what-happens-when-something-dies',
  },
  LOG_TIMEOUT: {
    means: 'Kafka did not answer within our own time limit. A send may have landed.',
    next: 'the relay tries again by itself; run a command again, and look at the brokers',
    docs: 'operations.md#what-happens-when-something-dies',
  },
  LOG_FORBIDDEN: {
    means:
      'The certificate lacks a right at the brokers: the access list does not allow this topic or group to this process.',
    next: 'run the command as a process that may, as its help says, or as the stack of --state',
    docs: 'security.md',
  },
  RECORD_REFUSED: {
    means:
      'The brokers will never take this record, mostly because it is too large for them. Its aggregate waits, the others go on.',
    next: 'set max.message.bytes of the topic back to what our brokers have',
    docs: 'runbooks/relay-parked.md',
  },
  TOPIC_MISSING: {
    means:
      'The topic of the service is not there: it was never made, was deleted, or HOLDFAST_INSTANCE is another one.',
    next: 'start the stack once, or look at HOLDFAST_INSTANCE; of a lost topic read the page',
    docs: 'retention.md#when-the-topic-is-lost',
  },
  TOPIC_READ_TIMEOUT: {
    means: 'The log has an end that was not reached, and nothing came for a while.',
    next: 'look at the brokers, then run it again',
    docs: 'operations.md#what-happens-when-something-dies',
  },
  APPEND_OVERLAPS: {
    means:
      'Our code began a second send to a partition while one was open, or named no partition. Nothing was sent: it would break the order.',
    next: 'this is a bug; keep the log of the process',
    docs: 'events.md#relay',
  },
  LEASE_LOST: {
    means:
      'Another relay, or a command, has the slot now. The relay begins again with taking the lease.',
    next: 'nothing for a relay; run holdfast republish again, it sends nothing twice',
    docs: 'events.md#relay',
  },
  SLOT_STALLED: {
    means:
      'Events wait behind a number that somebody else has marked as sent. The relay begins its slot anew.',
    next: 'nothing, unless it stays so: then holdfast rebuild <service> --verify',
    docs: 'runbooks/outbox-old.md',
  },
  UNKNOWN: {
    means: 'A relay failed with an error that has no code.',
    next: 'look at the log of the service; the relay tries again',
    docs: 'events.md#relay',
  },
  CLAIM_LOST: {
    means: 'Another projector was given this partition meanwhile. Nothing was written.',
    next: 'nothing',
    docs: 'events.md#order-repeats-gaps',
  },
  GENERATION_SWITCHED: {
    means:
      'holdfast replay has made another generation of the read model the live one. The projector claims that.',
    next: 'nothing',
    docs: 'replay.md',
  },
  STORE_FAILED: {
    means:
      'A projector could not write to the database of the read models. Its partition stands still and is tried again.',
    next: 'look at the detail in the log of the projector, and at PostgreSQL',
    docs: 'runbooks/projector-behind.md',
  },
  SEQUENCE_GAP: {
    means:
      'A number of an aggregate is missing in the log, and later ones are there. A projector waits before it; auditor and rebuild tell it.',
    next: 'look for the event in the events table; sent and not in the log: holdfast republish <service>',
    docs: 'runbooks/sequence-gap.md',
  },
  HISTORY_FORKED: {
    means:
      'One number of an aggregate has two contents, in the log, or in log and database: a database was set back and written on, or somebody else wrote. Relays send nothing, readers stand still before it.',
    next: 'stop the service before it writes on, then holdfast restore <service> --check',
    docs: 'runbooks/history-forked.md',
  },
  DATABASE_BEHIND: {
    means:
      'The log has events that the database of its service has not: it is an old backup. The relay sends nothing, and the service takes no messages.',
    next: 'stop the service, then holdfast restore <service>',
    docs: 'disaster-recovery.md#runbook',
  },
  LOG_TRUNCATED: {
    means:
      'The log begins behind what is needed: retention or a person deleted records that were not read, or that the archive does not have.',
    next: 'name the archive in HOLDFAST_ARCHIVE_DIR; without files, holdfast republish <service> --all, then holdfast replay',
    docs: 'runbooks/log-truncated.md',
  },
  ENVELOPE_INVALID: {
    means:
      'A record is no event of ours: a header is missing or contradicts another, or the value is no JSON object.',
    next: 'look who wrote to the topic; discard the letter where it is nobody’s event',
    docs: 'events.md#envelope',
  },
  CONTENT_HASH_MISMATCH: {
    means:
      'An event is not what was sent: its content does not give its hash, or this number was applied with another content.',
    next: 'look at the record, and at who may write to the topic',
    docs: 'events.md#envelope',
  },
  SCHEMA_INVALID: {
    means: 'The data of an event do not fit the schema of its version.',
    next: 'correct the reader, or edit the letter; look at who wrote the event',
    docs: 'operations.md#dead-letters',
  },
  SCHEMA_VERSION_UNKNOWN: {
    means: 'An event is of a version that this build has no schema of: the writer is newer.',
    next: 'run the build of the writer or a newer one, then holdfast dead-letters retry',
    docs: 'versions.md#events',
  },
  FOLD_FAILED: {
    means:
      'The code of a read model, or of the service itself, threw at an event: the event stands where it cannot stand, or the fold is wrong.',
    next: 'look at the detail; release the corrected code, then holdfast dead-letters retry',
    docs: 'operations.md#dead-letters',
  },
  BEHIND_DEAD_LETTER: {
    means:
      'Nothing is wrong with this event: an earlier one of its aggregate waits as a dead letter, or is missing.',
    next: 'deal with the first one of the aggregate',
    docs: 'operations.md#dead-letters',
  },
  LETTER_SETTLED: {
    means: 'The letter, or everything of its aggregate, was applied, replaced or discarded before.',
    docs: 'operations.md#dead-letters',
  },
  LETTER_NOT_FIRST: {
    means: 'Only the first letter of an aggregate can be discarded, since its events go in order.',
    docs: 'operations.md#dead-letters',
  },
  EDIT_INVALID: {
    means:
      'The new payload does not fit the schema of the event’s own version, or the headers of the letter cannot be read.',
    docs: 'operations.md#dead-letters',
  },
  PROJECTION_UNKNOWN: {
    means: 'The letter is of a read model that the projector of this build does not have.',
    docs: 'operations.md#dead-letters',
  },
};
