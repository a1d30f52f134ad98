import { randomUUID } from 'node:crypto';
import { releaseHeld, writeFaultPlan } from '../../../platform/runtime/fault-plan';
import type { Arena, StartedSaga } from '../arena';
import type { FamilyMember } from '../family';
import { planAfterTermination } from './plan';
import type { Exploration, Run } from './run-cell';

const operator = 'olga';
const retriesMax = 8;

/** Does to the saga, once its message is held, what the cell is about. True when that is done. */
export async function interfere(
  { arena, turn }: Exploration,
  { cell, saga, name }: Run,
  deadlineAtMs: number,
): Promise<boolean> {
  const { workflowId, handle } = saga;
  switch (cell.fault) {
    case 'cancel':
      if ((await act(arena, workflowId, 'cancel', { reason: 'explored' })) === 'away') return false;
      break;
    case 'raw-cancel':
      if (await isCancelHeard(arena, saga)) break;
      // Again until it is heard: a workflow may be cancelled as often as anybody likes.
      await handle.cancel();
      return false;
    case 'terminate':
      // Held until the recovery has ended the saga: what arrives then must find the door shut.
      await handle.terminate('explored');
      writeFaultPlan(arena.faultDir, workflowId, planAfterTermination(cell, turn, name));
      return true;
    default:
      if (performance.now() < deadlineAtMs) return false;
  }
  releaseHeld(arena.faultDir, workflowId);
  return true;
}

/** The saga has turned back for it, or has noted that it came too late. */
async function isCancelHeard(arena: Arena, saga: StartedSaga): Promise<boolean> {
  const view = await arena.view(saga);
  if (view === undefined) return false;
  return view.reason === 'CANCELLED' || view.notes.some((note) => note.includes('too late'));
}

/** One verb through the gateway. A refusal is no trouble, nor is a part that is away: it is looked at again. */
async function act(arena: Arena, workflowId: string, verb: string, body: Record<string, string>) {
  const token = await arena.api.token(operator);
  const path = `/sagas/${encodeURIComponent(workflowId)}/${verb}`;
  const idempotencyKey = randomUUID();
  const answer = await arena.api.call(path, { token, body, idempotencyKey });
  if (answer.status === 401 || answer.status === 403 || answer.status === 400) {
    throw new Error(`${verb}: ${JSON.stringify(answer.body)}`);
  }
  if (answer.status < 300) return 'taken';
  return answer.status < 500 ? 'refused' : 'away';
}

/** What a person would do once the trouble is over: try the step again. */
export async function repair(
  arena: Arena,
  { parked, cell }: Run,
  { workflowId, view }: FamilyMember,
): Promise<void> {
  for (const { step, direction, condition, reason } of view?.parked ?? []) {
    if (condition === 'unsettled') continue;
    if (parked.length >= retriesMax) throw new Error(`${cell.id} parks again and again: ${reason}`);
    const told = await act(arena, workflowId, 'retry', { step, reason: 'explored' });
    if (told === 'taken') parked.push(`${step}/${direction}: ${reason}, ${condition}`);
  }
}
