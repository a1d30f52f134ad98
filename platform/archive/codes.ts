/** What can be wrong between the files of the archive and the broker, and what to do about it. */
export const archiveCodes = {
  ARCHIVE_DAMAGED:
    'put the file back from a copy of the archive; holdfast archive verify names each',
  ARCHIVE_FORKED:
    'the files are of another log: look whose HOLDFAST_ARCHIVE_DIR is, and change nothing before',
  ARCHIVE_AHEAD: 'the topic was lost or made anew: holdfast archive import fills it from the files',
  ARCHIVE_BUSY: 'another export is at work: run it again when that has ended',
  LOG_TRUNCATED:
    'put files back that reach from the one end to the other; docs/retention.md says what else there is',
  LOG_HOLE: 'somebody else writes to the topic with transactions, or compacts it: neither may be',
  NOTHING_ARCHIVED: 'run holdfast archive export, or look at HOLDFAST_ARCHIVE_DIR',
  OFFSETS_NOT_KEPT: 'the files do not begin at offset 0: run holdfast republish instead',
  TOPIC_NOT_EMPTY:
    'stop every service, and make the topic anew: only an empty one keeps its offsets',
} as const;

export type ArchiveCode = keyof typeof archiveCodes;

/** Thrown where files and broker do not make one log. Nothing was written that is not whole. */
export class ArchiveError extends Error {
  /** What to do, in one line. */
  readonly fix: string;

  constructor(
    readonly code: ArchiveCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${message}`, options);
    this.name = 'ArchiveError';
    this.fix = archiveCodes[code];
  }
}
