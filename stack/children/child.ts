import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { logTail } from './log-tail';
import { signalGroup } from './process-identity';

export interface ChildSpec {
  /** Names the log and the pid file; unique in a stack. */
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
  /** User and group to run as; only root may set them. */
  uid?: number | undefined;
  gid?: number | undefined;
  /** How it is asked to end; SIGTERM unless told. */
  stopSignal?: NodeJS.Signals;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Set when the program could not be started at all. */
  error?: Error;
}

/** One running server process, in a process group of its own, writing to a log of its own. */
export class Child {
  readonly exited: Promise<Exit>;
  private ended: Exit | undefined;
  private stopping = false;

  constructor(
    readonly spec: ChildSpec,
    readonly logFile: string,
    private readonly handle: ChildProcess,
  ) {
    this.exited = new Promise((resolve) => {
      const end = (exit: Exit): void => {
        this.ended ??= exit;
        resolve(this.ended);
      };
      handle.on('error', (error) => end({ code: null, signal: null, error }));
      handle.on('exit', (code, signal) => end({ code, signal }));
    });
  }

  get pid(): number {
    return this.handle.pid ?? 0;
  }

  get exit(): Exit | undefined {
    return this.ended;
  }

  /** True once we asked it to end: an exit after that is no crash. */
  get isStopping(): boolean {
    return this.stopping;
  }

  logTail(): string[] {
    return logTail(this.logFile);
  }

  /** Sends a signal to the whole group, for example SIGSTOP in a test. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid && !this.ended) signalGroup(this.pid, signal);
  }

  /** Ends it at once, on purpose; returns when it is gone. */
  async kill(): Promise<void> {
    this.stopping = true;
    this.signal('SIGKILL');
    await this.exited;
  }

  /** Asks it to end and kills it after `boundMs`; returns when it is gone. */
  async stop(boundMs = 8_000): Promise<void> {
    if (this.ended) return;
    this.stopping = true;
    this.signal(this.spec.stopSignal ?? 'SIGTERM');
    this.signal('SIGCONT'); // a paused process would sleep through any other signal
    const timer = new AbortController();
    const late = delay(boundMs, 'late', { signal: timer.signal }).catch(() => 'ended');
    if ((await Promise.race([this.exited, late])) === 'late') this.signal('SIGKILL');
    await this.exited;
    timer.abort();
  }
}
