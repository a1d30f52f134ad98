import { next } from '../../../platform/saga/machine/machine';
import type { Effect, Input } from '../../../platform/saga/machine/protocol';
import { initialState } from '../../../platform/saga/machine/state';
import type { MachineState, OpenedStep } from '../../../platform/saga/machine/state';
import type { RepairVerb } from '../../../platform/saga/verbs';

/** A state, and what the last input made the saga do. */
export interface Played {
  readonly state: MachineState;
  readonly effects: readonly Effect[];
}

/** No answer at all. */
export const lost = { kind: 'unknown', code: 'NO_ANSWER' } as const;

export const cancel: Input = { on: 'turn', turn: { cause: 'cancel', reason: 'CANCELLED' } };

export function opened(name: string, kind: OpenedStep['kind'], position: number): Input {
  return { on: 'open', step: { name, kind, place: [position], onFault: 'park' } };
}

export function answered(
  step: string,
  message: 'forward' | 'undo' | 'settle',
  how: 'done' | 'undone' | 'not-done' | 'refused' | 'lost',
  epoch = 0,
): Input {
  const refused = { kind: 'refused', code: 'NO' } as const;
  const done = { kind: 'done', result: {} } as const;
  const plain = how === 'undone' || how === 'not-done' ? { kind: how } : undefined;
  const outcome = plain ?? { done, refused, lost }[how as 'done' | 'refused' | 'lost'];
  return { on: 'answered', step, message, epoch, outcome };
}

/** A verb as it comes: taken, in the journal, acting. */
export function acting(step: string, verb: RepairVerb): readonly Input[] {
  return [
    { on: 'take', step, verb },
    { on: 'act', step, verb },
  ];
}

/** A saga from its beginning. */
export function play(...inputs: readonly Input[]): Played {
  return playOn({ state: initialState, effects: [] }, ...inputs);
}

/** A saga that goes on; the effects are those of the last input. */
export function playOn(played: Played, ...inputs: readonly Input[]): Played {
  let { state, effects } = played;
  for (const input of inputs) ({ state, effects } = next(state, input));
  return { state, effects };
}
