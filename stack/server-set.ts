import type { Child } from './children/child';
import { residentMb } from './children/process-identity';
import { StackError } from './errors';
import { requireFree } from './ports';
import type { Phase, ProgressEvent } from './progress';
import { definitions } from './servers';
import { untilReady } from './servers/server';
import type { Running, ServerContext, ServerName } from './servers/server';

/** How a server of a running stack is doing. */
export interface ServerReport {
  name: ServerName;
  version: string;
  /** From the moment its provisioning was done to its first useful answer. */
  readyMs: number;
  pid: number;
  /** Of all its processes together. */
  rssMb: number;
  port: number;
  logFile: string;
}

interface Entry {
  running: Running;
  readyMs: number;
}

export type Tell = (event: Omit<ProgressEvent, 'elapsedMs'>) => void;

/** The servers of one stack: each provisioned, started, watched and stopped on its own. */
export class ServerSet {
  private readonly entries = new Map<ServerName, Entry>();
  private closing = false;

  constructor(
    private readonly context: Omit<ServerContext, 'note'>,
    private readonly tell: Tell,
  ) {}

  /** Provisions and starts one server unless it runs; rejects with a StackError and leaves nothing of it running. */
  async start(name: ServerName): Promise<void> {
    const known = this.entries.get(name);
    if (known?.running.children.every((child) => !child.exit)) return;
    await this.stop(name); // what is left of one that crashed
    const phase = (to: Phase, detail?: string): void =>
      this.tell({ subject: name, phase: to, ...(detail ? { detail } : {}) });
    try {
      phase('provisioning');
      const begin = await definitions[name].provision((text) => phase('provisioning', text));
      const startedAt = Date.now();
      phase('starting');
      const running = await this.begin(name, begin, (text) => phase('starting', text));
      const readyMs = Date.now() - startedAt;
      this.entries.set(name, { running, readyMs });
      phase('ready', `${running.version} on port ${running.port}`);
    } catch (error) {
      const detail = error instanceof StackError ? error.code : String(error);
      // What falls while the stack is being taken down fell because of that.
      if (!this.closing) this.tell({ subject: name, phase: 'failed', detail });
      throw error;
    }
  }

  private async begin(
    name: ServerName,
    begin: (context: ServerContext) => Promise<Running>,
    note: (text: string) => void,
  ): Promise<Running> {
    const spawned: Child[] = [];
    const portNames = definitions[name].ports(this.context);
    await requireFree(
      name,
      portNames.map((port) => this.context.ports[port]),
    );
    const spawn: ServerContext['spawn'] = (spec) => {
      const child = this.context.spawn(spec);
      spawned.push(child);
      return child;
    };
    try {
      const running = await begin({ ...this.context, spawn, note });
      for (const child of running.children) this.watch(name, child);
      return running;
    } catch (error) {
      await Promise.all(spawned.map((child) => child.stop()));
      throw error;
    }
  }

  /** A server that dies by itself is told at once, with what it said last. */
  private watch(name: ServerName, child: Child): void {
    void child.exited.then(({ code, signal }) => {
      if (child.isStopping) return;
      const detail = `${child.spec.name} ended with ${signal ?? `code ${code}`}`;
      this.tell({ subject: name, phase: 'crashed', detail, logLines: child.logTail() });
    });
  }

  /**
   * Ends a server's processes, or only the one of that name such as `kafka-2`, and leaves the rest of it running; asks
   * them to end, or kills them. Resolves when they are gone; `revive` brings them back.
   */
  async halt(name: ServerName, how: 'ask' | 'kill', only?: string): Promise<void> {
    const children = this.entries.get(name)?.running.children ?? [];
    const meant = children.filter(({ spec }) => only === undefined || spec.name === only);
    await Promise.all(meant.map((child) => (how === 'ask' ? child.stop() : child.kill())));
  }

  /** Starts again what of a server is down, as it was started before, and waits until the whole answers. */
  async revive(name: ServerName): Promise<void> {
    const running = this.entries.get(name)?.running;
    if (running === undefined) return this.start(name);
    running.children = running.children.map((child) => {
      if (!child.exit) return child;
      const next = this.context.spawn(child.spec);
      this.watch(name, next);
      return next;
    });
    await untilReady(name, running.children, running.ask);
  }

  async stop(name: ServerName): Promise<void> {
    const entry = this.entries.get(name);
    if (!entry) return;
    this.tell({ subject: name, phase: 'stopping' });
    await Promise.all(entry.running.children.map((child) => child.stop()));
    this.entries.delete(name);
    this.tell({ subject: name, phase: 'stopped' });
  }

  async stopAll(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.entries.keys()].map((name) => this.stop(name)));
  }

  /** Sends a signal to a server's processes, or only to the one of that name, such as `kafka-2`. */
  signal(name: ServerName, signal: NodeJS.Signals, only?: string): void {
    for (const child of this.entries.get(name)?.running.children ?? []) {
      if (only === undefined || child.spec.name === only) child.signal(signal);
    }
  }

  reports(): ServerReport[] {
    return [...this.entries].map(([name, { running, readyMs }]) => ({
      name,
      version: running.version,
      readyMs,
      pid: running.children[0]?.pid ?? 0,
      rssMb: running.children.reduce((sum, child) => sum + residentMb(child.pid), 0),
      port: running.port,
      logFile: running.children[0]?.logFile ?? '',
    }));
  }
}
