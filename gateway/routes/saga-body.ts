import { z } from 'zod';
import type { SagaRow } from '../read-model';
import type { SagaEngine } from '../sagas/engine';
import type { FoundSaga } from '../sagas/find';

/** Path of a saga. */
export function sagaPath(workflowId: string): string {
  return `/sagas/${encodeURIComponent(workflowId)}`;
}

/** What every answer about a saga has, for the documentation. */
export const sagaAnswer = z.looseObject({
  id: z.string(),
  saga: z.string(),
  businessKey: z.string(),
  state: z.enum([
    'starting',
    'running',
    'compensating',
    'parked',
    'completed',
    'compensated',
    'cancelled',
  ]),
  reason: z.string().optional().describe('Code of what turned the saga back'),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  steps: z.array(z.looseObject({ name: z.string(), status: z.string() })).optional(),
  asOf: z.string().optional().describe('How old the answer is at most'),
  source: z.enum(['workflow', 'read-model', 'engine']).optional(),
  links: z.record(z.string(), z.string()),
});

interface LinkParts {
  readonly engine: Pick<SagaEngine, 'webUi'>;
}

function linksOf(parts: LinkParts, workflowId: string): Record<string, string> {
  const self = sagaPath(workflowId);
  return { self, cancel: `${self}/cancel`, webUi: parts.engine.webUi(workflowId) };
}

/** A saga's row without what only the gateway compares. */
export function rowBody(parts: LinkParts, row: SagaRow): Record<string, unknown> {
  const { workflowId = '', saga, businessKey, state, reason, startedAt, finishedAt } = row;
  const first = { id: workflowId, saga, businessKey, state, reason, startedAt, finishedAt };
  // Members without a value are left out of the JSON.
  const hidden = { workflowId: undefined, requestHash: undefined };
  const links = linksOf(parts, workflowId);
  return { ...first, ...row, ...hidden, source: 'read-model', links };
}

/** The answer about a saga; every source gives the same members as far as it knows them. */
export function sagaBody(parts: LinkParts, found: FoundSaga): Record<string, unknown> {
  if (found.source === 'read-model') return rowBody(parts, found.row);
  const asOf = new Date().toISOString();
  if (found.source === 'workflow') {
    const { workflowId, view, source } = found;
    return { id: workflowId, ...view, asOf, source, links: linksOf(parts, workflowId) };
  }
  const { workflowId, saga, memo, state, startedAt } = found.described;
  const { owner, businessKey } = memo;
  const known = { id: workflowId, saga, businessKey, owner, startedAt, steps: [] };
  // As long as nothing but our own start has written the state, nobody has worked on it that we could ask.
  const seen = state === 'running' ? 'starting' : state;
  return { ...known, state: seen, asOf, source: 'engine', links: linksOf(parts, workflowId) };
}
