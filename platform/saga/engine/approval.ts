import { condition } from '@temporalio/workflow';
import type { ApprovalOptions } from '../define';
import type { Place } from '../plan/way-back';
import { never, now } from './saga-run';
import type { PendingApproval, SagaRun } from './saga-run';
import { showInVisibility } from './show';

/** Waits for a person's decision. Denied or elapsed, the saga turns back as after a refusal. */
export async function approval(
  run: SagaRun,
  opened: { readonly name: string; readonly place: Place },
  options: ApprovalOptions,
): Promise<void> {
  const pending: PendingApproval = { role: options.role, acting: false };
  const people = { kind: 'approval', participant: 'people', command: options.role } as const;
  run.approvals.set(opened.name, pending);
  run.open({ ...opened, ...people, startedAt: now() });
  showInVisibility(run);
  if (options.freezesDeadline === true) run.freezeDeadline();
  const isOver = () => pending.verdict !== undefined || run.direction.turn !== undefined;
  await condition(isOver, options.withinMs, { summary: `${opened.name}: time to decide` });
  // A decision that came in time counts, even if its journal record takes a while.
  await condition(() => !pending.acting || run.direction.turn !== undefined);
  run.thawDeadline();
  run.approvals.delete(opened.name);
  if (pending.verdict === 'approve' && run.direction.turn === undefined) {
    return run.end(opened.name, 'done');
  }
  const reason = pending.verdict === 'deny' ? 'APPROVAL_DENIED' : 'APPROVAL_ELAPSED';
  const turned = run.turn({ cause: 'refusal', reason });
  run.end(opened.name, turned ? 'refused' : 'failed', turned ? reason : 'INTERRUPTED');
  return never();
}
