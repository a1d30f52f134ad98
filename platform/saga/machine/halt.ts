import type { Draft } from './protocol';

/**
 * Another run is in charge of this saga: nothing more is sent under this generation, undos neither, since they would
 * carry epochs that the other run has shut or, worse, not yet shut. A recovery goes on from here.
 */
export function halt(draft: Draft, step: string, reason: string): void {
  if (draft.state.mode === 'halted' || draft.state.mode === 'ended') return;
  draft.state = { ...draft.state, mode: 'halted' };
  draft.effects.push({ do: 'give-up', step, reason });
}
