import { z } from 'zod';
import { defineOperations } from '../../platform/security/operations';
import type { OperationHandlers } from '../../platform/security/operations';
import { pseudonymOf } from '../../platform/security/pseudonym';
import type { Principal } from '../../platform/security/tokens';
import type { ConsoleSessions } from '../console/session';
import { facingPeople } from './parts';

const sessionAnswer = z.object({
  subject: z.string(),
  name: z.string(),
  owner: z.string().describe('Pseudonym, as sagas name who started them'),
  roles: z.array(z.string()),
  expiresAt: z.string().describe('Renew it before'),
  links: z.object({ temporal: z.string(), docs: z.string() }),
});
const shared = { ...facingPeople, tag: 'console' } as const;
const answered = { status: 200, body: sessionAnswer, text: 'Who is logged in' } as const;
const anyKey = { key: 'optional' } as const;

/** The console’s sessions. Its pages keep no token: the browser has cookies that only a gateway can open. */
export const consoleOperations = defineOperations({
  beginConsoleLogin: {
    ...shared,
    method: 'GET',
    path: '/console/login',
    summary: 'Log in to the console',
    roles: 'anyone',
    query: z.strictObject({ to: z.string().max(2_000).optional() }),
    answer: { status: 302, headers: ['Location'], text: 'To the auth server' },
    problems: ['KEYS_UNAVAILABLE'],
  },
  endConsoleLogin: {
    ...shared,
    method: 'GET',
    path: '/console/callback',
    summary: 'Where the auth server sends people back after a login to the console',
    roles: 'anyone',
    query: z.looseObject({ code: z.string().max(2_000), state: z.string().max(200) }),
    answer: { status: 302, headers: ['Location'], text: 'To the page that was asked for' },
    problems: ['LOGIN_REFUSED', 'KEYS_UNAVAILABLE', 'AUTHORITY_UNAVAILABLE'],
  },
  getConsoleSession: {
    ...shared,
    method: 'GET',
    path: '/console/session',
    summary: 'Who is logged in, with which roles, and until when',
    roles: 'authenticated',
    answer: answered,
  },
  renewConsoleSession: {
    ...shared,
    ...anyKey,
    method: 'POST',
    path: '/console/renew',
    summary: 'Go on with a session of the console that is about to end; for its pages alone',
    roles: 'anyone',
    answer: answered,
    problems: ['LOGIN_REFUSED', 'KEYS_UNAVAILABLE', 'AUTHORITY_UNAVAILABLE'],
  },
  endConsoleSession: {
    ...shared,
    ...anyKey,
    method: 'POST',
    path: '/console/logout',
    summary: 'End a session of the console, at the auth server as well; for its pages alone',
    roles: 'anyone',
    answer: { status: 204, text: 'The cookies are gone' },
    problems: ['LOGIN_REFUSED'],
  },
});

export interface ConsoleRouteParts {
  readonly sessions: ConsoleSessions;
  readonly issuer: string;
  /** Temporal's Web UI. */
  readonly webUi: string;
}

/** Handlers of {@link consoleOperations}. */
export function consoleHandlers({
  sessions,
  issuer,
  webUi,
}: ConsoleRouteParts): OperationHandlers<typeof consoleOperations> {
  const bodyOf = ({ subject, username, roles, expiresAt }: Principal) => ({
    ...{ subject, name: username, owner: pseudonymOf(issuer, subject), roles },
    expiresAt: new Date(expiresAt * 1_000).toISOString(),
    links: { temporal: webUi, docs: '/docs' },
  });
  return {
    beginConsoleLogin: ({ request, query }) => sessions.begin(request, query.to),
    endConsoleLogin: ({ request, query }) => sessions.end(request, query),
    getConsoleSession: ({ principal }) => ({ body: bodyOf(principal) }),
    async renewConsoleSession({ request }) {
      const { principal, headers = {} } = await sessions.renew(request);
      return { body: bodyOf(principal), headers };
    },
    endConsoleSession: ({ request }) => sessions.leave(request),
  };
}
