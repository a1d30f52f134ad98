import type { MachineStep } from '../../../platform/saga/machine/state';
import { indexOf } from './engine';
import type { Engine, Manner } from './engine';
import type { Lane } from './lane';

/** What the saga holds for known of a step's net effect; undefined where it claims nothing. */
export type Claim = 0 | 1 | undefined;

/** Per step, in the order of the lanes. */
export function claimsOf(manner: Manner, { machine }: Engine): readonly Claim[] {
  const claims: Claim[] = manner.steps.map(() => (machine.mode === 'ended' ? 0 : undefined));
  if (machine.mode === 'halted') return claims;
  const isCompleted = machine.direction.turn === undefined;
  for (const step of machine.steps) {
    const index = indexOf(manner, step.name);
    if (step.kind === 'wait') claims[index] = 0;
    else if (machine.mode !== 'ended') claims[index] = claimOf(step);
    else if (isCompleted) claims[index] = step.phase === 'skipped' ? 0 : 1;
    else claims[index] = step.phase === 'left' ? 1 : 0;
  }
  return claims;
}

function claimOf(step: MachineStep): Claim {
  switch (step.phase) {
    case 'done':
    case 'left':
      return 1;
    case 'skipped':
    case 'undone':
    case 'ready':
    case 'waiting':
      return 0;
    case 'parked':
      // The person acts between the details and the journal; both are right until the verb has acted.
      if (step.taken === 'mark-done-externally') return undefined;
      return step.side === 'forward' ? 0 : 1;
    case 'failed':
      return step.nothingStands ? 0 : undefined;
    default:
      return undefined;
  }
}

/** M1: a step's net is 0 or 1, its own effect alone too; never 2, never negative. */
export function problemOfLane({ own, hand }: Lane, step: string): string | undefined {
  const net = own + hand;
  if (own < 0 || own > 1) return `M1: the participant's own effect of ${step} is ${own}`;
  return net < 0 || net > 1 ? `M1: the net of ${step} is ${net}` : undefined;
}

/** M3: what the saga holds for known is true, and stays true whatever arrives. A claim of 2 is none. */
export function problemOfClaim(
  claim: number,
  { own, hand }: Lane,
  step: string,
): string | undefined {
  const net = own + hand;
  if (claim === 2 || claim === net) return undefined;
  return `M3: the saga holds the net of ${step} for ${claim}, and it is ${net}`;
}
