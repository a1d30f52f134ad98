/** Everything that can go wrong while servers are fetched, started and kept; a closed list. */
export const stackErrorCodes = [
  'PROVISION_FAILED',
  'TOOL_MISSING',
  'JAVA_MISSING',
  'DISK_FULL',
  'PORT_TAKEN',
  'STATE_IN_USE',
  'STATE_MISMATCH',
  'SERVER_CRASHED',
  'SERVER_NOT_READY',
  'PROCESS_CRASHED',
] as const;

export type StackErrorCode = (typeof stackErrorCodes)[number];

export interface StackErrorDetails {
  code: StackErrorCode;
  /** Which server, process or tool it is about. */
  subject: string;
  /** What happened, in one sentence. */
  cause: string;
  /** What to do about it, in one line. */
  fix: string;
  /** Last lines of the log that shows the cause; may be empty. */
  logLines?: string[];
  /** Where the whole log is. */
  logFile?: string;
}

/** One clear message: code, subject, cause, the log's last lines and the fix. */
export class StackError extends Error {
  readonly code: StackErrorCode;
  readonly subject: string;
  readonly fix: string;
  readonly logLines: string[];

  constructor(details: StackErrorDetails) {
    super(describe(details));
    this.name = 'StackError';
    this.code = details.code;
    this.subject = details.subject;
    this.fix = details.fix;
    this.logLines = details.logLines ?? [];
  }
}

function describe(details: StackErrorDetails): string {
  const lines = [`${details.code} ${details.subject}: ${details.cause}`];
  if (details.logLines?.length) {
    lines.push(`  last lines${details.logFile ? ` of ${details.logFile}` : ''}:`);
    lines.push(...details.logLines.map((line) => `    ${line}`));
  }
  lines.push(`  fix: ${details.fix}`);
  return lines.join('\n');
}

/** What a log says when the disk is full, in the words of the tools and servers we start. */
const diskFullPattern = /ENOSPC|no space left on device|disk full|not enough space/i;

/** A full disk shows as any failure at all; it is named as what it is, since the fix differs. */
export function diskFullOr(details: StackErrorDetails): StackError {
  const text = [details.cause, ...(details.logLines ?? [])].join('\n');
  if (!diskFullPattern.test(text)) return new StackError(details);
  return new StackError({
    ...details,
    code: 'DISK_FULL',
    fix: 'free some disk space (about 2 GB for the cache, 1 GB for the state), then start again',
  });
}
