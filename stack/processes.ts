import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { projectRoot } from '../platform/runtime/paths';
import type { Child } from './children/child';
import { residentMb } from './children/process-identity';
import { StackError } from './errors';
import type { Stack } from './stack';
import { ask } from './servers/https-request';

/** A process that dies is started again, later each time; one that lived a while starts afresh. */
export const restartLimits = { firstMs: 250, backoffMsMax: 10_000, healthyMs: 30_000 } as const;

/** A start may take minutes where several stacks share few cores. */
export const processLimits = { readyMs: 120_000, pollMs: 100, stopMs: 10_000 } as const;

export interface ProcessOptions {
  /** Names the log and the certificate, unless `env` says otherwise. */
  name: string;
  /** Compiled entry below `dist`, for example `workers/participant`. */
  entry: string;
  args?: readonly string[];
  /** On top of the stack's environment for `name`. */
  env?: Readonly<Record<string, string>>;
  /** Asked until it answers 2xx; not asked at all when undefined. */
  readyUrl?: string | undefined;
  /** Start again after a crash; true unless told. */
  restart?: boolean;
}

/** One of our own processes, kept running until it is told to stop. */
export interface ManagedProcess {
  readonly name: string;
  readonly logFile: string;
  /** Of the present run; 0 while it is down. */
  readonly pid: number;
  /** How often it was started again after a crash. */
  readonly restarts: number;
  readonly rssMb: number;
  /** Resolves when it answers its readiness question; rejects with a StackError otherwise. */
  ready(): Promise<void>;
  /** Sends a signal and nothing else: after SIGKILL the supervisor starts it again. */
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after ten seconds; it is not started again. */
  stop(): Promise<void>;
  /** Starts it again after `stop`. */
  start(): void;
}

class Supervised implements ManagedProcess {
  restarts = 0;
  private child: Child;
  private wanted = true;
  private failures = 0;

  constructor(
    private readonly stack: Stack,
    private readonly options: ProcessOptions,
  ) {
    this.child = this.spawn();
  }

  get name(): string {
    return this.options.name;
  }

  get logFile(): string {
    return this.child.logFile;
  }

  get pid(): number {
    return this.child.exit ? 0 : this.child.pid;
  }

  get rssMb(): number {
    return this.pid ? residentMb(this.pid) : 0;
  }

  private spawn(): Child {
    const { name, entry, args = [], env = {} } = this.options;
    const script = path.join(projectRoot, 'dist', `${entry}.js`);
    this.stack.tell({ subject: name, phase: 'starting' });
    const child = this.stack.keeper.spawn({
      name,
      command: process.execPath,
      args: ['--enable-source-maps', script, ...args],
      env: { ...this.stack.environmentFor(name), ...env },
      cwd: projectRoot,
    });
    const startedAt = Date.now();
    void child.exited.then(() => this.onExit(child, Date.now() - startedAt));
    return child;
  }

  private async onExit(child: Child, livedMs: number): Promise<void> {
    if (child.isStopping || !this.wanted) return;
    const { code, signal } = await child.exited;
    const detail = `ended with ${signal ?? `code ${code}`}`;
    this.stack.tell({ subject: this.name, phase: 'crashed', detail, logLines: child.logTail() });
    if (this.options.restart === false) return;
    this.failures = livedMs > restartLimits.healthyMs ? 0 : this.failures + 1;
    const backoffMs = restartLimits.firstMs * 2 ** Math.min(this.failures, 10);
    await delay(Math.min(backoffMs, restartLimits.backoffMsMax));
    if (!this.wanted || this.stack.keeper.isClosed) return;
    this.restarts += 1;
    this.child = this.spawn();
    await this.ready().catch(() => undefined); // a further crash is told by itself
  }

  async ready(): Promise<void> {
    const { readyUrl } = this.options;
    const deadline = Date.now() + processLimits.readyMs;
    let cause = 'it has no readiness address';
    while (readyUrl !== undefined) {
      const answer = await ask(this.stack, { url: readyUrl }).catch((error: Error) => error);
      if (typeof answer === 'string') break;
      cause = answer.message;
      if (Date.now() > deadline || this.isGivenUp()) throw this.notReady(cause);
      await delay(processLimits.pollMs);
    }
    this.stack.tell({ subject: this.name, phase: 'ready', detail: `pid ${this.pid}` });
  }

  private isGivenUp(): boolean {
    return this.child.exit !== undefined && (!this.wanted || this.options.restart === false);
  }

  private notReady(cause: string): StackError {
    const hasCrashed = this.child.exit !== undefined;
    return new StackError({
      code: hasCrashed ? 'PROCESS_CRASHED' : 'SERVER_NOT_READY',
      subject: this.name,
      cause: hasCrashed ? 'it ended before it was ready' : cause,
      logLines: this.child.logTail(),
      logFile: this.logFile,
      fix: 'read the lines above; `npm run build` helps when a file is missing',
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.signal(signal);
  }

  async stop(): Promise<void> {
    this.wanted = false;
    this.stack.tell({ subject: this.name, phase: 'stopping' });
    await this.child.stop(processLimits.stopMs);
    this.stack.tell({ subject: this.name, phase: 'stopped' });
  }

  start(): void {
    if (!this.child.exit) return;
    this.wanted = true;
    this.failures = 0;
    this.child = this.spawn();
  }
}

/**
 * Starts one of our own processes under the stack: its log beside the servers' logs, its end tied to ours,
 * started again when it dies. Await `ready()` to know that it answers.
 */
export function startProcess(stack: Stack, options: ProcessOptions): ManagedProcess {
  return new Supervised(stack, options);
}
