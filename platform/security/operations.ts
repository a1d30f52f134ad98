import type { Request } from 'express';
import type { z } from 'zod';
import type { StreamSink } from '../http/event-stream';
import type { Principal } from './tokens';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Whose object an operation touches: a member of path, query or body that must be the caller's own subject. */
export interface OwnerRule {
  readonly in: 'params' | 'query' | 'body';
  readonly member: string;
  /** Roles that may touch everybody's. */
  readonly exceptRoles: readonly string[];
}

/** Members of an answer that belong to its owner as a person, and who else is shown them; nobody else is. */
export interface PersonalRule {
  readonly members: readonly string[];
  /** Roles that are shown everybody's. */
  readonly exceptRoles: readonly string[];
}

/** What an operation answers when all is well. */
export interface GoodAnswer {
  readonly status: number;
  /** Without it the answer has no body. */
  readonly body?: z.ZodType;
  /** When the body comes with this status instead: a dry run, or something that was waited for. */
  readonly otherwise?: { readonly status: number; readonly text: string };
  /** It is a stream of events, each with such a body as its data. */
  readonly isStream?: true;
  /** Headers of its own, by name. */
  readonly headers?: readonly string[];
  readonly text: string;
}

/**
 * One operation of an API, declared once: the source of its route, validation, roles and documentation. An operation
 * that does not say who may use it does not start.
 */
export interface Operation {
  readonly method: Method;
  /** Express template, for example `/products/:sku`. */
  readonly path: string;
  readonly summary: string;
  /** Any of these roles; `anyone` needs no token at all, `authenticated` any valid one. */
  readonly roles: readonly string[] | 'anyone' | 'authenticated';
  /** Names of peers (by certificate) that may call it; `anyone` for what faces people. */
  readonly callers: readonly string[] | 'anyone';
  readonly owner?: OwnerRule;
  readonly personal?: PersonalRule;
  readonly params?: z.ZodType;
  /** Without it every query parameter is refused. */
  readonly query?: z.ZodType;
  /** Without it a body is refused. */
  readonly body?: z.ZodType;
  /** Shape and status of the good answer, for the documentation. */
  readonly answer?: GoodAnswer;
  /** Codes of problems beyond those every operation has, for the documentation. */
  readonly problems?: readonly string[];
  readonly tag?: string;
  /** The service that answers it, where the gateway passes it on; a service's own table leaves it out. */
  readonly service?: string;
  /**
   * The good answer has an `ETag`, and a client that has it already gets 304 without a body. Nobody keeps an answer
   * that is not fresh: `private` ones are asked for anew each time, `public` ones once a minute.
   */
  readonly fresh?: 'private' | 'public';
  /** A write whose Idempotency-Key may be left out: each call without one is an act of its own. */
  readonly key?: 'optional';
}

export type Operations = Readonly<Record<string, Operation>>;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What a handler gets: parsed input, the verified caller, and nothing it could forget to check. */
export interface Call<One extends Operation = Operation> {
  readonly params: Parsed<One['params']>;
  readonly query: Parsed<One['query']>;
  readonly body: Parsed<One['body']>;
  /** Undefined only where `roles` is `anyone`. */
  readonly principal: One['roles'] extends 'anyone' ? undefined : Principal;
  /** Name of the peer, where it showed a certificate. */
  readonly peer: string | undefined;
  /** The caller's access token, to be passed on as it is. */
  readonly token: string | undefined;
  readonly requestId: string;
  /** The raw request, for headers. */
  readonly request: Request;
  /** Aborted when the caller went away, or its time is over. */
  readonly signal: AbortSignal;
  /** Milliseconds the caller still waits (`X-Request-Timeout`); `Infinity` where it does not say. */
  readonly leftMs: () => number;
}

/** What a handler answers; the status is 200 unless said otherwise. */
export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Instead of a body: writes events for as long as there are any. */
  readonly stream?: (sink: StreamSink) => Promise<void>;
}

export type OperationHandlers<Table extends Operations> = {
  readonly [Name in keyof Table]: (call: Call<Table[Name]>) => Promise<Answer> | Answer;
};

/** Declares a table of operations while keeping its precise types. */
export function defineOperations<const Table extends Operations>(table: Table): Table {
  return table;
}

/** True when the caller is the owner, or has a role that may touch everybody's. */
export function mayTouch(
  principal: Principal,
  ownerSubject: string,
  exceptRoles: readonly string[],
): boolean {
  return principal.subject === ownerSubject || hasRole(principal, exceptRoles);
}

/** True when the caller has at least one of the roles. */
export function hasRole(principal: Principal, roles: readonly string[]): boolean {
  return roles.some((role) => principal.roles.includes(role));
}
