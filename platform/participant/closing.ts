import { epochOf } from '../kernel/epoch';
import type { StepKey } from '../kernel/step';
import { consultFence } from './fence-table';
import type { FenceMessage, FenceVerdict, StepRecord, Told } from './fence-table';

/** Step name under which a saga's closing is kept; no step may have it. */
export const everyStep = '*';

/** How the id begins under which an operation of a service's own API keeps its row: it belongs to no saga. */
export const operationPrefix = 'api/';

/** The key of the closing that a row is written under; undefined for a closing itself, and for operations. */
export function closingKeyOf({ sagaId, step }: StepKey): StepKey | undefined {
  if (step === everyStep || sagaId.startsWith(operationPrefix)) return undefined;
  return { sagaId, step: everyStep };
}

/** A recovery that takes a saga over at one participant, without knowing its steps. */
export interface Takeover {
  /** Generation of the recovery, from 1: every message of a lower one is fenced from then on. */
  readonly generation: number;
  /** Run id of the recovery. */
  readonly run: string;
}

/**
 * The fence with a saga's closing in front of it. A closing is the tombstone of every step at once, also of those
 * nobody has heard of: it stands at epoch 0 of its generation, and what is below is fenced before its row is asked.
 */
export function consultClosing(
  view: { readonly closing?: StepRecord | undefined; readonly stepRecord: StepRecord | undefined },
  message: FenceMessage,
  told?: Told,
): FenceVerdict {
  const { closing } = view;
  if (closing !== undefined && message.epoch < closing.epoch) {
    return { do: 'fault', code: 'STEP_FENCED' };
  }
  return consultFence(view.stepRecord, message, told);
}

/**
 * What closing a saga does over the closing that stands: exactly what an undo does over a tombstone. The generation
 * never falls, a repeat changes nothing, and a recovery that was itself overtaken or reset is fenced.
 */
export function consultTakeover(
  closing: StepRecord | undefined,
  { generation, run }: Takeover,
): FenceVerdict {
  const epoch = epochOf(generation, 0);
  return consultFence(closing, { kind: 'undo', epoch, run, inputHash: '' });
}
