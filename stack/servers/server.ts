import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child, ChildSpec } from '../children/child';
import type { StackError } from '../errors';
import { diskFullOr } from '../errors';
import type { PortName, Ports } from '../ports';
import type { Note } from '../cache/binary';

export const serverNames = [
  ...(['temporal', 'mongodb', 'postgres', 'dynamodb', 'kafka'] as const),
  ...(['keycloak', 'consul', 'redis', 'prometheus', 'card-provider'] as const),
] as const;

export type ServerName = (typeof serverNames)[number];

/** What a server may use of its stack. */
export interface ServerContext {
  readonly stateDir: string;
  readonly certsDir: string;
  readonly ports: Ports;
  /** Kafka brokers of this stack. */
  readonly brokers: 1 | 3;
  /** Trades the durability of initial set-up for speed; for stacks that are thrown away. */
  readonly fast: boolean;
  /** Secrets made for this stack and kept with its state, such as Consul's tokens. */
  secret(name: string): string;
  spawn(spec: ChildSpec): Child;
  note: Note;
}

/** Where the servers of a stack are and who may ask them, whoever started them. */
export type Reach = Pick<ServerContext, 'stateDir' | 'certsDir' | 'ports' | 'brokers' | 'secret'>;

/** A server that answered the question it was started for. */
export interface Running {
  version: string;
  /** The port clients use. */
  port: number;
  children: Child[];
  /** The question it was started for: throws while it cannot be used. */
  ask: () => Promise<unknown>;
}

/** How one kind of server is got, configured, started and asked whether it can be used. */
export interface ServerDefinition {
  readonly name: ServerName;
  /** Ports it listens on, checked before anything is started. */
  readonly ports: (context: Pick<ServerContext, 'brokers'>) => PortName[];
  /** Fetches what is needed and returns how to start it; nothing runs before that function is called. */
  readonly provision: (note: Note) => Promise<(context: ServerContext) => Promise<Running>>;
  /** Makes the running server read its certificate and authorities again; left out where it does so by itself. */
  readonly reload?: (reach: Reach) => Promise<void>;
}

/** The files by which one of our identities connects. */
export interface IdentityFiles {
  ca: string;
  crt: string;
  key: string;
  pem: string;
}

/** Paths of an identity's certificate, key and both. */
export function identityFiles(certsDir: string, name: string): IdentityFiles {
  const file = (base: string): string => path.join(certsDir, base);
  return {
    ca: file('ca.crt'),
    crt: file(`${name}.crt`),
    key: file(`${name}.key`),
    pem: file(`${name}.pem`),
  };
}

export const readinessLimits = { pollMs: 50, deadlineMs: 240_000 } as const;

function crashed(name: string, child: Child): StackError {
  const { error, code, signal } = child.exit ?? {};
  const end = error?.message ?? `it ended with ${signal ?? `code ${code}`}`;
  return diskFullOr({
    code: 'SERVER_CRASHED',
    subject: child.spec.name,
    cause: `${name} did not stay up: ${end}`,
    logLines: child.logTail(),
    logFile: child.logFile,
    fix: `read the lines above; a damaged state is cured by deleting the state folder of ${name}`,
  });
}

function notReady(name: string, child: Child | undefined, cause: unknown): StackError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return diskFullOr({
    code: 'SERVER_NOT_READY',
    subject: name,
    cause: `it did not answer within ${readinessLimits.deadlineMs / 1000} s: ${reason}`,
    logLines: child?.logTail() ?? [],
    ...(child ? { logFile: child.logFile } : {}),
    fix: 'a busy machine may need more than one try; otherwise the lines above say what is wrong',
  });
}

/**
 * Repeats a question until it is answered. The question is what the server will be used for, not an open
 * port. A child that ends meanwhile is a crash, and is told as one at once.
 */
export async function untilReady<T>(
  name: string,
  children: Child[],
  ask: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + readinessLimits.deadlineMs;
  for (;;) {
    const dead = children.find((child) => child.exit);
    if (dead) throw crashed(name, dead);
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw notReady(name, children[0], error);
    }
    await delay(readinessLimits.pollMs);
  }
}
