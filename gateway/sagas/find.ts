import type { SagaView } from '../../platform/saga/wire';
import { problem } from '../../platform/http/problem';
import { isFault } from '../../platform/kernel/faults';
import { hasRole } from '../../platform/security/operations';
import type { Principal } from '../../platform/security/tokens';
import { readModelFailed } from '../read-model';
import type { ReadModel, SagaRow } from '../read-model';
import type { SagaDescription, SagaEngine } from './engine';
import { pseudonymOf } from './idempotency';
import { hasEnded, runnersOf, viewOf } from './reach';

/** Roles that may see every saga; approvers, because they must find what waits for them. */
export const sagaReaders = ['operator', 'admin', 'viewer', 'payments-approver'] as const;

/** Where an answer about a saga comes from: a worker, the journal's read model, or Temporal's own record. */
export type FoundSaga =
  | { readonly source: 'workflow'; readonly view: SagaView; readonly workflowId: string }
  | { readonly source: 'read-model'; readonly row: SagaRow }
  | { readonly source: 'engine'; readonly described: SagaDescription };

export interface FindParts {
  readonly engine: Pick<SagaEngine, 'describe' | 'view'>;
  readonly readModel: Pick<ReadModel, 'sagaByWorkflowId'>;
  readonly issuer: string;
}

/** An answer, or why there is none; neither where the answer is that there is nothing. */
interface Asked<Found> {
  readonly found?: Found | undefined;
  readonly error?: Error;
}

/** Somebody who is away is no reason to fail while another one knows. */
export function asked<Found>(question: Promise<Found | undefined>): Promise<Asked<Found>> {
  return question.then(
    (found) => ({ found }),
    (error: unknown) => ({ error: error instanceof Error ? error : new Error(String(error)) }),
  );
}

/** The journal's row. One whose first event has not arrived says not even whose saga it is, so it does not count. */
export async function wholeRow(
  parts: Pick<FindParts, 'readModel'>,
  workflowId: string,
): Promise<SagaRow | undefined> {
  const row = await parts.readModel.sagaByWorkflowId(workflowId);
  return row?.owner === undefined ? undefined : row;
}

/**
 * Finds a saga: an ended one in the read model, a running one by asking its worker or that of its recovery, else
 * whatever is known of it. Undefined when nobody knows it or `maySee` says no to its owner, which is found out before
 * any worker is asked: a foreign saga takes no longer than a missing one. Throws when somebody who might know it is
 * away. A saga whose row does not open is answered by its worker alone: without one that is the fault
 * `CIPHERTEXT_REFUSED`, since Temporal's own record would pass over in silence what the row hides.
 */
export async function findSaga(
  parts: FindParts,
  workflowId: string,
  maySee: (owner: string) => boolean,
): Promise<FoundSaga | undefined> {
  const row = await asked(wholeRow(parts, workflowId));
  if (row.found !== undefined) {
    if (!maySee(row.found.owner ?? '')) return undefined;
    if (hasEnded(row.found.state)) return { source: 'read-model', row: row.found };
  }
  const described = await asked(parts.engine.describe(workflowId));
  const isJournaled = row.found !== undefined;
  if (!isJournaled && described.found && !maySee(described.found.memo.owner)) return undefined;
  const runners = described.error ? undefined : runnersOf(row.found, described.found);
  const view = runners && (await asked(viewOf(parts.engine, runners))).found;
  if (view !== undefined) return { source: 'workflow', view, workflowId };
  if (row.found !== undefined) return { source: 'read-model', row: row.found };
  if (isFault(row.error) && row.error.code === 'CIPHERTEXT_REFUSED') throw row.error;
  if (described.found !== undefined) return { source: 'engine', described: described.found };
  if (described.error !== undefined) throw described.error;
  if (row.error !== undefined) readModelFailed(row.error);
  return undefined;
}

/** True when the caller may see the saga: it is theirs, or their role sees all. */
export function maySee(principal: Principal, issuer: string, owner: string): boolean {
  return pseudonymOf(issuer, principal.subject) === owner || hasRole(principal, sagaReaders);
}

/** A foreign saga is answered exactly like a missing one. */
export const noSuchSaga = () => problem('NOT_FOUND', { detail: 'there is no such saga' });
