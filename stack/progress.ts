/** What happens to a server or to one of our processes, told while it happens. */
export interface ProgressEvent {
  subject: string;
  phase: Phase;
  /** One line more, for example what is being fetched. */
  detail?: string;
  /** Since the stack began to start, in milliseconds. */
  elapsedMs: number;
  /** Last lines of the log, when something crashed. */
  logLines?: string[];
}

export type Phase =
  'waiting' | 'provisioning' | 'starting' | 'ready' | 'stopping' | 'stopped' | 'crashed' | 'failed';

const marks: Record<Phase, string> = {
  waiting: '·',
  provisioning: '↓',
  starting: '…',
  ready: '✔',
  stopping: '…',
  stopped: '■',
  crashed: '✖',
  failed: '✖',
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** One event as one line. */
export function progressLine(event: ProgressEvent): string {
  const detail = event.detail ? `  ${event.detail}` : '';
  const name = event.subject.padEnd(14);
  return `  ${marks[event.phase]} ${name} ${event.phase.padEnd(12)} ${seconds(event.elapsedMs).padStart(7)}${detail}`;
}

interface Output {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Lines one after the other, for a pipe or a log file. */
function plain(output: Output): (event: ProgressEvent) => void {
  return (event) => {
    output.write(`${progressLine(event)}\n`);
    for (const line of event.logLines ?? []) output.write(`      ${line}\n`);
  };
}

/** A tree that is redrawn in place; what crashed is written above it, where it stays. */
function live(output: Output): (event: ProgressEvent) => void {
  const latest = new Map<string, ProgressEvent>();
  let drawn = 0;
  return (event) => {
    latest.set(event.subject, event);
    const erase = drawn > 0 ? `\u001b[${drawn}A\u001b[0J` : '';
    const above = (event.logLines ?? []).map((line) => `      ${line}\n`).join('');
    const lines = [...latest.values()].map((each) =>
      progressLine(each).slice(0, (output.columns ?? 100) - 1),
    );
    output.write(`${erase}${above}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
  };
}

/** Shows progress the way the output can: a live tree on a terminal, plain lines elsewhere. */
export function progressReporter(output: Output): (event: ProgressEvent) => void {
  return output.isTTY ? live(output) : plain(output);
}
