import type { TLSSocket } from 'node:tls';
import type { Request, RequestHandler, Response } from 'express';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import { isHeld, tagOf } from '../http/etag';
import { streamTo } from '../http/event-stream';
import { problem } from '../http/problem';
import { requestIdOf } from '../http/problem-middleware';
import { requestTimeoutMs, withinTimeout } from '../http/request-timeout';
import type { Log } from '../runtime/log';
import { fromZero } from '../runtime/from-zero';
import { metricNames } from '../runtime/metric-names';
import { parseInput } from './input';
import { hasRole, mayTouch } from './operations';
import type { Answer, Call, Operation } from './operations';
import { peerOf, peerThumbprint } from './peer';
import { TokenRefused, problemOfRefusal, tokenReasons } from './tokens';
import type { Principal, TokenReason, TokenVerifier } from './tokens';

/** What guarding a table needs. */
export interface Guard {
  readonly tokens: TokenVerifier;
  readonly log: Log;
  readonly registry: Registry;
  /** Who is at the other end; replaced in pure tests, which have no TLS. */
  readonly peerOf?: (request: Request) => string | undefined;
  /** Thumbprint of the certificate that was shown; replaced in pure tests as well. */
  readonly thumbprintOf?: (request: Request) => string | undefined;
  /**
   * Runs after the token is verified and before anything else, for example a rate limit; with `refused` for a token
   * that nobody of ours gave out.
   */
  readonly admit?: (request: Request, who: Principal | 'refused' | undefined) => Promise<void>;
}

/** Refusals that no client of ours meets in the ordinary course of things, as that of a token that has ended. */
const triedOut: ReadonlySet<TokenReason> = new Set<TokenReason>([
  ...(['MALFORMED', 'ALGORITHM', 'HEADER_FORBIDDEN', 'KEY_UNKNOWN', 'SIGNATURE'] as const),
  ...(['TYPE', 'ISSUER', 'AUDIENCE', 'CLAIM_MISSING', 'SENDER'] as const),
]);

/** A handler whose precise types are forgotten. */
export type AnyHandler = (call: Call) => Promise<Answer> | Answer;

function ofSocket(read: (socket: TLSSocket) => string | undefined) {
  return (request: Request): string | undefined => {
    const socket = request.socket as Partial<TLSSocket>;
    return typeof socket.getPeerCertificate === 'function' ? read(socket as TLSSocket) : undefined;
  };
}

/** The name in the certificate that came with a request; undefined without one that is good. */
export const peerOfRequest = ofSocket(peerOf);
const thumbprintOfRequest = ofSocket(peerThumbprint);

function bearerOf(request: Request): string | undefined {
  const header = request.get('authorization');
  if (header === undefined) return undefined;
  return /^Bearer ([^\s,]+)$/i.exec(header)?.[1] ?? '';
}

/** Foreign objects look exactly like missing ones. */
function assertOwner(
  operation: Operation,
  input: object,
  principal: Principal | undefined,
): boolean {
  const { owner } = operation;
  if (owner === undefined) return true;
  const place = (input as Record<string, Record<string, unknown> | undefined>)[owner.in];
  const subject = place?.[owner.member];
  if (typeof subject !== 'string') return subject === undefined;
  return principal !== undefined && mayTouch(principal, subject, owner.exceptRoles);
}

function abortOnClose(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

const cacheControl = { private: 'private, no-cache', public: 'public, max-age=60' } as const;

/** Sets the validator of an answer; true when the client has just this content. */
function isKnown(response: Response, answer: Answer, fresh: Operation['fresh']): boolean {
  const { body, status = 200 } = answer;
  if (fresh === undefined || status !== 200 || typeof body !== 'object' || body === null)
    return false;
  const tag = tagOf(body);
  response.set({ etag: tag, 'cache-control': cacheControl[fresh] });
  return isHeld(response.req.get('if-none-match'), tag);
}

async function send(response: Response, answer: Answer, { fresh }: Operation): Promise<void> {
  if (answer.stream !== undefined) {
    await streamTo(response, answer.stream);
    return;
  }
  response.status(answer.status ?? 200).set({ ...answer.headers });
  if (isKnown(response, answer, fresh)) response.status(304).end();
  else if (answer.body === undefined) response.end();
  else response.json(answer.body);
}

function counter(registry: Registry, name: string, help: string, labelNames: string[]): Counter {
  const known = registry.getSingleMetric(name) as Counter | undefined;
  return known ?? new Counter({ name, help, labelNames, registers: [registry] });
}

/** Calls denied, by operation and rule; for rules that a handler itself must ask. */
export function denialCounter(registry: Registry): Counter {
  const help = 'Calls denied, by operation and rule';
  return counter(registry, metricNames.authzDenied, help, ['operation', 'rule']);
}

function counters(registry: Registry) {
  const help = 'Access tokens refused, by reason';
  return {
    rejected: fromZero(counter(registry, metricNames.authRejected, help, ['reason']), {
      reason: tokenReasons,
    }),
    denied: denialCounter(registry),
  };
}

/** By which rules an operation can deny a call at all. */
function rulesOf({ callers, roles, owner }: Operation): string[] {
  return [
    ...(callers === 'anyone' ? [] : ['caller']),
    ...(typeof roles === 'string' ? [] : ['role']),
    ...(owner === undefined ? [] : ['owner']),
  ];
}

/** Builds the middleware of one operation: peer, token, role, input, owner, and only then the handler. */
export function guarded(
  name: string,
  operation: Operation,
  handler: AnyHandler,
  guard: Guard,
): RequestHandler {
  const count = counters(guard.registry);
  fromZero(count.denied, { operation: [name], rule: rulesOf(operation) });
  const deny = (rule: string): void => count.denied.inc({ operation: name, rule });

  async function authenticate(request: Request): Promise<Principal | undefined> {
    if (operation.roles === 'anyone') return undefined;
    try {
      const token = bearerOf(request);
      if (token === undefined) throw new TokenRefused('MISSING');
      const thumbprint = (guard.thumbprintOf ?? thumbprintOfRequest)(request);
      return await guard.tokens.verify(token, thumbprint);
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      count.rejected.inc({ reason: error.reason });
      guard.log.info('a token was refused', { reason: error.reason, operation: name });
      if (triedOut.has(error.reason)) await guard.admit?.(request, 'refused');
      throw problemOfRefusal(error);
    }
  }

  function assertCaller(peer: string | undefined): void {
    if (operation.callers === 'anyone') return;
    if (peer !== undefined && operation.callers.includes(peer)) return;
    deny('caller');
    throw problem('CALLER_NOT_ALLOWED');
  }

  function assertRole(principal: Principal | undefined): void {
    if (typeof operation.roles === 'string') return;
    if (principal !== undefined && hasRole(principal, operation.roles)) return;
    deny('role');
    throw problem('ROLE_MISSING', { detail: `one of ${operation.roles.join(', ')} is needed` });
  }

  return async (request, response) => {
    const peer = (guard.peerOf ?? peerOfRequest)(request);
    assertCaller(peer);
    const principal = await authenticate(request);
    await guard.admit?.(request, principal);
    assertRole(principal);
    const input = parseInput(operation, request);
    if (!assertOwner(operation, input, principal)) {
      deny('owner');
      throw problem('NOT_FOUND');
    }
    const requestId = requestIdOf(response) ?? '';
    const token = bearerOf(request);
    const timeoutMs = requestTimeoutMs(request);
    const answer = await withinTimeout(timeoutMs, abortOnClose(response), (within) => {
      const call = { ...input, principal, peer, token, requestId, request, ...within };
      return handler(call as unknown as Call);
    });
    await send(response, answer, operation);
  };
}
