import { change } from '../mutation';
import type { AttackMutation } from '../mutation';

/** Guards of what sagas may do for whom. */
export const grantMutations: readonly AttackMutation[] = [
  {
    row: 'S36',
    name: 'a start needs a grant that is for it',
    gain: 'whoever reads one grant starts any saga on it',
    changes: [
      change(
        'platform/saga/journal/start-gate.ts',
        'if (problem === undefined) {',
        "if (problem !== 'nothing') {",
      ),
    ],
    processes: ['orchestrator'],
  },
];
