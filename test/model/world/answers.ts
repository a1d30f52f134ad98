import { faults } from '../../../platform/kernel/faults';
import type { Outcome } from '../../../platform/saga/plan/moves';

/** True for an answer that tells a run that another one is in charge. */
export function isFenced(answer: string): boolean {
  return answer in faults && faults[answer as keyof typeof faults].action === 'stop';
}

/** The outcome that an answer is for the machine. All codes are one: no rule looks at them. */
export function outcomeOf(answer: string): Outcome {
  switch (answer) {
    case 'done':
      return { kind: 'done', result: {} };
    case 'undone':
    case 'no-effect':
    case 'not-done':
      return { kind: answer };
    case 'refused':
      return { kind: 'refused', code: 'NO' };
    default:
      return { kind: 'fault', code: 'NO', action: isFenced(answer) ? 'stop' : 'park' };
  }
}
