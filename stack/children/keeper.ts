import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import type { ChildSpec } from './child';
import { Child } from './child';
import { startMark } from './process-identity';

const logBytesMax = 20_000_000;

function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logBytesMax) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}

/** Starts children so that none of them can outlive us: log, pid file, and a word to the watchdog. */
export class Keeper {
  private watchdog: ChildProcess | undefined;
  private readonly children = new Set<Child>();
  private closed = false;

  constructor(
    readonly logsDir: string,
    readonly pidsDir: string,
  ) {
    mkdirSync(logsDir, { recursive: true });
    mkdirSync(pidsDir, { recursive: true });
  }

  /** True once the stack is stopping: nothing more is started. */
  get isClosed(): boolean {
    return this.closed;
  }

  spawn(spec: ChildSpec): Child {
    if (this.closed) throw new Error(`The stack is stopping; ${spec.name} is not started`);
    this.startWatchdog();
    const logFile = path.join(this.logsDir, `${spec.name}.log`);
    const log = openLog(logFile);
    const handle = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', log, log],
      detached: true, // a group of its own: Ctrl-C reaches us, and we stop it in order
      ...(spec.uid === undefined ? {} : { uid: spec.uid, gid: spec.gid }),
    });
    closeSync(log);
    const child = new Child(spec, logFile, handle);
    this.register(child);
    return child;
  }

  private register(child: Child): void {
    const { pid } = child;
    if (!pid) return;
    this.tell(`add ${pid}`);
    const pidFile = path.join(this.pidsDir, `${child.spec.name}.json`);
    writeFileSync(pidFile, JSON.stringify({ pid, mark: startMark(pid) }));
    this.children.add(child);
    void child.exited.then(() => {
      this.children.delete(child);
      this.tell(`remove ${pid}`);
      rmSync(pidFile, { force: true });
    });
  }

  private startWatchdog(): void {
    if (this.watchdog) return;
    const script = path.join(projectRoot, 'dist', 'stack', 'children', 'watchdog.js');
    const watchdog = spawn(process.execPath, [script], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: { PATH: process.env.PATH },
    });
    watchdog.stdin.on('error', () => undefined);
    watchdog.unref();
    watchdog.on('exit', () => {
      // Somebody killed it: the children still need one.
      this.watchdog = undefined;
      if (this.closed) return;
      this.startWatchdog();
      for (const child of this.children) this.tell(`add ${child.pid}`);
    });
    this.watchdog = watchdog;
  }

  private tell(line: string): void {
    this.watchdog?.stdin?.write(`${line}\n`);
  }

  /** Ends what is still running, then the watchdog. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.children].map((child) => child.stop()));
    this.watchdog?.stdin?.end();
  }
}
