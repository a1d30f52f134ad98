import createFetch from 'openapi-fetch';
import type { Client } from 'openapi-fetch';
import type { paths } from '../../../client/api';
import { sendAgain } from '../../../client/retry';
import { createSessionKeeper } from './session';
import type { Send, SessionKeeper } from './session';

/** The gateway as the pages have it: typed operations, the session, and what streams are opened with. */
export interface Gateway {
  readonly api: Client<paths>;
  readonly session: SessionKeeper;
  readonly send: Send;
}

/** A page tells of trouble sooner than a program gives up, milliseconds. */
const patienceMs = 4_000;

const pause = (ms: number): Promise<void> => new Promise((resume) => setTimeout(resume, ms));

/** Opens the gateway this page came from. */
export function createGateway(): Gateway {
  const session = createSessionKeeper((request) => globalThis.fetch(request));
  const send = sendAgain(session.send, { patienceMs, pause });
  const api = createFetch<paths>({ baseUrl: location.origin, fetch: send });
  return { api, session, send: session.send };
}
