import type { Keeper } from './children/keeper';
import type { Endpoints } from './environment';
import type { Ports } from './ports';
import type { ProgressEvent } from './progress';
import type { ServerReport, Tell } from './server-set';
import type { ServerName } from './servers/server';

export interface StackOptions {
  /** Where state, certificates and logs live; the caller deletes it when the stack was ephemeral. */
  stateDir: string;
  /** First port of the block; the remembered one or 17000 unless told, 0 for a free block. */
  portBase?: number | undefined;
  /** All of them unless told. */
  servers?: readonly ServerName[] | undefined;
  /** Kafka brokers; 1 unless told. */
  brokers?: 1 | 3 | undefined;
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  /** HOLDFAST_INSTANCE of every process of this stack. */
  instance?: string | undefined;
  /** How long certificates are good for, milliseconds; a day unless told. Renewed at two thirds of it. */
  leafLifeMs?: number | undefined;
  /** Faster first set-up for a stack that is thrown away. */
  fast?: boolean | undefined;
  /** Gives up starting, for example on Ctrl-C; `startStack` then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Real servers, running until `stop`; they cannot outlive this process. */
export interface Stack {
  readonly stateDir: string;
  readonly certsDir: string;
  readonly ports: Ports;
  readonly endpoints: Endpoints;
  /** The full environment of one of our processes; names without a fixed port get a spare one. */
  environmentFor(processName: string): Record<string, string>;
  adminEnvironment(): Record<string, string>;
  /** Issues a certificate for a name outside the usual ones, or renews one. */
  ensureCertificate(name: string, renew?: 'renew'): Promise<void>;
  /** Databases and topics for another HOLDFAST_INSTANCE on the same servers; safe to repeat. */
  prepareInstance(instance: string): Promise<void>;
  servers(): Promise<ServerReport[]>;
  stopServer(name: ServerName): Promise<void>;
  startServer(name: ServerName): Promise<void>;
  /** A signal such as SIGSTOP or SIGKILL to a server's processes, or to one of them, such as `kafka-2`. */
  signalServer(name: ServerName, signal: NodeJS.Signals, only?: string): void;
  /**
   * Ends a server's processes, or one of them, by asking or by SIGKILL, and leaves the rest of it running; resolves
   * when they are gone.
   */
  haltServer(name: ServerName, how: 'ask' | 'kill', only?: string): Promise<void>;
  /** Starts again what of a server is down and waits until all of it answers. */
  reviveServer(name: ServerName): Promise<void>;
  /** Starts what else should end with the stack, such as our own processes. */
  readonly keeper: Keeper;
  readonly tell: Tell;
  stop(): Promise<void>;
}
