import { z } from 'zod';
import type { AsyncApiDocument } from '../../platform/contracts/asyncapi/document';
import { problem } from '../../platform/http/problem';
import { defineOperations } from '../../platform/security/operations';
import type { OperationHandlers } from '../../platform/security/operations';
import type { OpenApiDocument } from '../openapi/document';
import { problemPages } from '../problems';
import type { PlatformStatus } from '../status/status';
import { facingPeople } from './parts';

const anyDocument = z.looseObject({});
const statusAnswer = z.object({
  state: z.enum(['works', 'degraded', 'away']).describe('`away`: neither started nor looked at'),
  parts: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['works', 'slowed', 'away']),
      text: z.string().describe('What it means for whoever needs it now'),
    }),
  ),
  asOf: z.string(),
});
const problemPage = z.object({
  code: z.string(),
  status: z.int().min(400).max(599),
  title: z.string(),
  next: z.string().optional().describe('What to do, where the title does not say it'),
});

/** Operations that need no token. */
export const publicOperations = defineOperations({
  getOpenApi: {
    ...facingPeople,
    method: 'GET',
    fresh: 'public',
    path: '/openapi.json',
    summary: 'This description',
    roles: 'anyone',
    answer: { status: 200, body: anyDocument, text: 'An OpenAPI 3.1 document' },
    tag: 'gateway',
  },
  getAsyncApi: {
    ...facingPeople,
    method: 'GET',
    fresh: 'public',
    path: '/asyncapi.json',
    summary: 'Every event of the log: topics, envelope and schemas, as an AsyncAPI 3 document',
    roles: 'anyone',
    answer: { status: 200, body: anyDocument, text: 'An AsyncAPI 3 document' },
    tag: 'gateway',
  },
  getStatus: {
    ...facingPeople,
    method: 'GET',
    path: '/status',
    summary: 'What works at this moment, in plain words; a page for browsers (`Accept: text/html`)',
    roles: 'anyone',
    answer: { status: 200, body: statusAnswer, text: 'What works, and what does not' },
    tag: 'gateway',
  },
  getProblem: {
    ...facingPeople,
    method: 'GET',
    fresh: 'public',
    path: '/problems/:code',
    summary: 'What a problem code means: where the `type` of a problem points',
    roles: 'anyone',
    params: z.strictObject({ code: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/) }),
    answer: { status: 200, body: problemPage, text: 'What the code means' },
    tag: 'gateway',
  },
});

/** Handlers of {@link publicOperations}. */
export function publicHandlers(
  document: () => OpenApiDocument,
  events: () => AsyncApiDocument,
  status: () => Promise<PlatformStatus>,
): OperationHandlers<typeof publicOperations> {
  return {
    getOpenApi: () => ({ body: document() }),
    getAsyncApi: () => ({ body: events() }),
    getStatus: async () => ({ body: await status() }),
    getProblem: ({ params: { code } }) => {
      if (!Object.hasOwn(problemPages, code)) throw problem('NOT_FOUND');
      const [status, title, next] = problemPages[code] ?? [];
      return { body: { code, status, title, next } };
    },
  };
}
