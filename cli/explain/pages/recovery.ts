import type { ErrorPages } from '../page';

/** Codes of commands that put things right again. */
export const recoveryPages: ErrorPages = {
  ARCHIVE_NOWHERE: {
    means: 'No folder of the archive is named.',
    next: 'give --folder, or set HOLDFAST_ARCHIVE_DIR',
    docs: 'retention.md#the-files',
  },
  ARCHIVE_DAMAGED: {
    means: 'A file of the archive, or its manifest, is not what was exported.',
    next: 'put the file back from a copy of the archive; holdfast archive verify names each',
    docs: 'retention.md#the-files',
  },
  ARCHIVE_FORKED: {
    means:
      'At one offset the brokers have another record than the files: the files are of another log.',
    next: 'look whose HOLDFAST_ARCHIVE_DIR it is, and change nothing before',
    docs: 'retention.md#one-log',
  },
  ARCHIVE_AHEAD: {
    means: 'The topic ends before the files do: it was lost, or made anew.',
    next: 'stop who writes and reads, then holdfast archive import --service <name>',
    docs: 'retention.md#when-the-topic-is-lost',
  },
  ARCHIVE_BUSY: {
    means: 'Another export writes to the same manifest.',
    next: 'run it again when that one has ended',
    docs: 'retention.md#the-files',
  },
  LOG_HOLE: {
    means:
      'The topic goes on behind an offset that is missing: somebody writes to it with transactions, or it is compacted. Neither may be.',
    next: 'set cleanup.policy to delete, and look at who writes to the topic',
    docs: 'retention.md#the-files',
  },
  NOTHING_ARCHIVED: {
    means: 'The folder of the archive is not there, or holds nothing of the topic.',
    next: 'run holdfast archive export, or look at HOLDFAST_ARCHIVE_DIR',
    docs: 'retention.md#the-files',
  },
  OFFSETS_NOT_KEPT: {
    means:
      'The files do not begin at offset 0, so an import could not give each record its offset.',
    next: 'fill the topic with holdfast republish',
    docs: 'retention.md#when-the-topic-is-lost',
  },
  TOPIC_NOT_EMPTY: {
    means:
      'The topic holds something that no import of these files put there, so offsets would not be kept.',
    next: 'stop every service, make the topic anew, then import',
    docs: 'retention.md#when-the-topic-is-lost',
  },
  RETENTION_UNLIMITED: {
    means:
      'holdfast archive prune was asked to forget by age, and everything is to be kept for good.',
    next: 'give --older-than, or set HOLDFAST_LOG_RETENTION_DAYS',
    docs: 'retention.md#what-prune-forgets',
  },
  SERVICE_RUNNING: {
    means:
      'The leases of the service’s relay are renewed, so a process of it runs. A restore or an import needs the service at rest.',
    next: 'stop every process of the service, then run this again',
    docs: 'disaster-recovery.md#runbook',
  },
  LOG_FORKED: {
    means: 'The log itself holds two contents of one number, so a restore stops before it writes.',
    next: 'look at both records before anything is given back',
    docs: 'disaster-recovery.md#runbook',
  },
  LOG_GAP: {
    means: 'The log does not reach back to this backup.',
    next: 'take a younger backup, or set HOLDFAST_ARCHIVE_DIR to the exported files',
    docs: 'disaster-recovery.md#runbook',
  },
  EVENT_UNREADABLE: {
    means: 'The log has an event that this code cannot read, so a restore stops before it writes.',
    next: 'run the release that wrote it, or a newer one',
    docs: 'disaster-recovery.md#runbook',
  },
  COMMIT_UNMARKED: {
    means:
      'An event that the database lacks is from before step records were in the log, so its transaction cannot be put back.',
    next: 'take a younger backup',
    docs: 'disaster-recovery.md#runbook',
  },
  COMMIT_TORN: {
    means:
      'The log has a part of a transaction. What it has was given back, and the saga parks at that step.',
    next: 'look at it with holdfast sagas show <id>, and decide there',
    docs: 'disaster-recovery.md#runbook',
  },
  REDONE_DIFFERENTLY: {
    means: 'A step was done again after a restore, and was answered otherwise than before.',
    next: 'compare both answers; correct by a command of the service',
    docs: 'disaster-recovery.md#runbook',
  },
  REDO_REFUSED: {
    means:
      'A step was done before the restore and is refused now, and its saga believes that it was done.',
    next: 'abort the saga, or mark-done-externally after mending by hand',
    docs: 'disaster-recovery.md#runbook',
  },
  REDO_FAILED: {
    means:
      'A step could not be done again after a restore: the fault in the detail stands in the way.',
    next: 'mend what the fault names, then run holdfast restore again',
    docs: 'disaster-recovery.md#runbook',
  },
  LOG_AHEAD: {
    means:
      'The log has events of an aggregate that the events table does not have: the database is an old backup. Nothing of it is sent.',
    next: 'stop the service, then holdfast restore <service>',
    docs: 'republish.md#what-it-can-find',
  },
  GAP_OUT_OF_REACH: {
    means: 'A missing event would come so far behind later ones that no reader looks for it there.',
    next: 'fill an empty topic with holdfast republish, then replay what reads it',
    docs: 'republish.md#what-it-can-repair-and-what-it-cannot',
  },
  REPLAY_RUNNING: {
    means: 'Somebody replays this read model already.',
    next: 'wait for it, or end it; a replay that was killed lets go by itself',
    docs: 'replay.md',
  },
  REPLAY_HALTED: {
    means:
      'The log cannot be folded to its end: it forked, lost records or has a gap, or a row of the new generation does not open. The live read model is as it was.',
    next: 'do what the message says of the place that it names',
    docs: 'replay.md#limits',
  },
  REPLAY_STALLED: {
    means: 'Nothing was applied for too long. The live read model is as it was.',
    next: 'look at the brokers and at the database of the read models, then run it again',
    docs: 'replay.md',
  },
  REPLAY_BEHIND: {
    means: 'The live generation was ahead at every try to switch.',
    next: 'run it again when there is less to do; it goes on where it stopped',
    docs: 'replay.md',
  },
  NOTHING_KEPT: {
    means:
      'There is no generation to go back to: one is kept from a switch until the next one, or until --drop-old.',
    next: 'build one with holdfast replay <projection>',
    docs: 'replay.md#options',
  },
};
