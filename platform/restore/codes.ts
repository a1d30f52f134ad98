/** What can keep a restored database from being whole, and what to do about each. Closed list. */
export const restoreCodes = {
  HISTORY_FORKED: {
    stops: true,
    next: 'the database was written on after it was restored: restore the backup once more, and run this before the service starts',
  },
  LOG_FORKED: {
    stops: true,
    next: 'the log holds two contents of one number: look at both records before anything is given back (docs/disaster-recovery.md)',
  },
  LOG_GAP: {
    stops: true,
    next: 'the log does not reach back to this backup: take a younger one, or name the files of the archive in HOLDFAST_ARCHIVE_DIR',
  },
  RECORD_BROKEN: {
    stops: true,
    next: 'look at the record in the log; nobody but the relay may write there',
  },
  EVENT_UNREADABLE: {
    stops: true,
    next: 'run the release that wrote it, or a newer one',
  },
  COMMIT_UNMARKED: {
    stops: true,
    next: 'the events are older than the step records in the log: take a younger backup',
  },
  COMMIT_TORN: {
    stops: false,
    next: 'the log holds a part of this transaction; what it holds was given back, and the saga will park there: decide by holdfast sagas show',
  },
  REDONE_DIFFERENTLY: {
    stops: false,
    next: 'the step was answered otherwise before: compare both, and correct by a command of the service',
  },
  REDO_REFUSED: {
    stops: false,
    next: 'the step was done before and is refused now: decide with the saga at hand',
  },
  REDO_FAILED: { stops: false, next: 'mend what the fault names, and run this again' },
} as const;

export type RestoreCode = keyof typeof restoreCodes;

/** One thing that a person has to know; ids only, no contents. */
export interface RestoreFinding {
  readonly code: RestoreCode;
  /** An event, a record of the log, or the step of a saga. */
  readonly subject: string;
  readonly detail: string;
}
