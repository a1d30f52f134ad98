import { recoveryIdOf } from '../../platform/saga/wire';
import type { SagaState, SagaView } from '../../platform/saga/wire';
import type { Delivery, SagaDescription, SagaEngine, SagaMessage } from './engine';

const ended: readonly string[] = ['completed', 'compensated', 'cancelled'] satisfies SagaState[];

/** The saga has its terminal record: nobody runs it, and nobody will. */
export const hasEnded = (state: string): boolean => ended.includes(state);

/** A saga as its journal names it. */
export interface JournaledSaga {
  readonly sagaId: string;
  readonly state: string;
}

/** Where a saga may be at work: in its own workflow, or in the recovery that took over from it. */
export interface Runners {
  /** Absent where Temporal has forgotten it, or has another run under its id that never was this saga. */
  readonly own?: { readonly workflowId: string; readonly open: boolean };
  /** Workflow id of its recoveries. */
  readonly recovery: string;
  /** Nobody has ended it: where neither answers, its recovery has yet to begin. */
  readonly awaitsRecovery: boolean;
}

/**
 * Who may run a saga. The journal's saga id counts: a workflow id is used once and for ever, so a run of another id
 * under it is one that will be refused, and no recovery is called after it. Undefined when neither knows the saga.
 */
export function runnersOf(
  journaled: JournaledSaga,
  described: SagaDescription | undefined,
): Runners;
export function runnersOf(
  journaled: JournaledSaga | undefined,
  described: SagaDescription | undefined,
): Runners | undefined;
export function runnersOf(
  journaled: JournaledSaga | undefined,
  described: SagaDescription | undefined,
): Runners | undefined {
  const sagaId = journaled?.sagaId ?? described?.sagaId;
  if (sagaId === undefined) return undefined;
  const recovery = recoveryIdOf(sagaId);
  const isOpenInJournal = journaled !== undefined && !hasEnded(journaled.state);
  if (described?.sagaId !== sagaId) return { recovery, awaitsRecovery: isOpenInJournal };
  const { workflowId, open, state } = described;
  const awaitsRecovery = isOpenInJournal && !open && !hasEnded(state);
  return { own: { workflowId, open }, recovery, awaitsRecovery };
}

/** What a worker says of a saga; of one that was ended from outside, what its recovery says. May throw. */
export async function viewOf(
  engine: Pick<SagaEngine, 'view'>,
  { own, recovery }: Runners,
): Promise<SagaView | undefined> {
  if (own?.open === true) return engine.view(own.workflowId);
  const recovered = await engine.view(recovery).catch((error: unknown) => {
    if (own === undefined) throw error;
    return undefined;
  });
  return recovered ?? (own === undefined ? undefined : engine.view(own.workflowId));
}

/**
 * Sends a message to a saga itself, and to its recovery where that is closed: a repeat of an act that its own workflow
 * took is still answered there.
 */
export async function sendTo(
  engine: Pick<SagaEngine, 'send'>,
  { own, recovery, awaitsRecovery }: Runners,
  message: SagaMessage,
): Promise<Delivery> {
  const first = own && (await engine.send(own.workflowId, message));
  if (first !== undefined && first.kind !== 'closed') return first;
  const second = await engine.send(recovery, message);
  return second.kind === 'closed' && awaitsRecovery ? { kind: 'awaits-recovery' } : second;
}
