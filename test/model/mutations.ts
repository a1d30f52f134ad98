import { configuration } from './configurations';
import type { Configuration } from './configurations';
import type { SourceChange } from '../support/source-changes';
import type { RecoveryMistake } from './rules';
import { shapeOf } from './world/shape';

/** One rule taken out of the real sources, and the saga that shows why it is there. */
export interface Mutation {
  readonly rule: string;
  readonly changes: readonly SourceChange[];
  readonly recovery?: RecoveryMistake;
  readonly config: Configuration;
}

const fence = 'platform/participant/fence-table.ts';
const machine = (file: string): string => `platform/saga/machine/${file}.ts`;

export const mutations: readonly Mutation[] = [
  {
    rule: 'a settle over done raises the epoch',
    changes: [
      {
        file: fence,
        from: 'answer: done, write: claimed(row, message, message.epoch + 1) }',
        to: 'answer: done }',
      },
    ],
    config: configuration('C P'),
  },
  {
    rule: 'undo and settle of a higher epoch write the row',
    changes: [
      {
        file: fence,
        from: "answerOf('not-done', raised)",
        to: "answerOf('not-done')",
      },
      {
        file: fence,
        from: "'undone' : 'no-effect', raised)",
        to: "'undone' : 'no-effect')",
      },
    ],
    config: configuration('C P', { verbs: 1 }),
  },
  {
    rule: 'a step settles before it parks',
    changes: [
      {
        file: machine('forward'),
        from: "default:\n      return settle(draft, step.name, 'forward', reason);",
        to: "default:\n      return park(draft, step.name, 'forward', reason);",
      },
    ],
    config: configuration('C P'),
  },
  {
    rule: 'skip only on a settled step',
    changes: [
      {
        file: machine('verbs'),
        from: "if (isUnsettled) return 'STEP_UNSETTLED';\n      if (step.reason === historyLimit) return 'NOT_STARTED';\n      return step.kind",
        to: "if (step.reason === historyLimit) return 'NOT_STARTED';\n      return step.kind",
      },
      {
        file: machine('verbs'),
        from: "if (current.phase === 'settling') return actUnsettled",
        to: "if (current.phase === 'settling' && verb !== 'skip') return actUnsettled",
      },
    ],
    config: configuration('C P'),
  },
  {
    rule: 'nothing but a settle under a settled epoch',
    changes: [
      {
        file: 'platform/saga/plan/epochs.ts',
        from: "(kind === 'undo' && counter.last === 'settle')",
        to: 'false',
      },
    ],
    config: configuration('C P'),
  },
  {
    rule: 'a step taken over stays with the person',
    changes: [
      {
        file: machine('unwind'),
        from: "if (step.phase === 'done' && step.external) return",
        to: 'if (false) return',
      },
    ],
    config: configuration('C P'),
  },
  {
    rule: 'verdicts survive termination',
    changes: [],
    recovery: 'forgets verdicts',
    config: configuration('C P', { terminations: 1 }),
  },
  {
    rule: 'started steps come from the history, not from rows',
    changes: [],
    recovery: 'believes rows',
    config: configuration('C P', { terminations: 1 }),
  },
  {
    rule: 'the generation is in the epoch',
    changes: [
      {
        file: 'platform/kernel/epoch.ts',
        from: 'return generation * epochsPerGeneration + n;',
        to: 'return n;',
      },
    ],
    config: configuration('C P', { terminations: 1 }),
  },
  {
    rule: 'recover only on a closed execution',
    changes: [],
    recovery: 'does not terminate',
    config: configuration('C C P', { terminations: 1, turns: 0 }),
  },
  {
    rule: 'recover settles the pivot always',
    changes: [
      {
        file: machine('recovery'),
        from: "else settle(draft, pivot.name, 'forward', reason);",
        to: 'else goBack(draft, reason);',
      },
    ],
    config: configuration('C P', { terminations: 1 }),
  },
  {
    rule: 'recover reads the history of every run',
    changes: [],
    recovery: 'reads the last history only',
    config: configuration('C C P', { terminations: 1, resets: 1, turns: 0 }),
  },
  {
    rule: 'retriables are settled before recover sends them',
    changes: [
      {
        file: machine('forward'),
        from: "  settle(draft, step.name, 'forward', recoveredReason);",
        to: "  if (step.kind === 'retriable') return send(draft, step.name, 'forward');\n  settle(draft, step.name, 'forward', recoveredReason);",
      },
    ],
    config: configuration('C P R', { terminations: 1, verbs: 1, turns: 0 }),
  },
  {
    rule: 'the pivot is never skipped',
    changes: [
      {
        file: machine('verbs'),
        from: "return step.kind === 'pivot' ? 'PIVOT_NOT_SKIPPABLE' : undefined;",
        to: 'return undefined;',
      },
    ],
    config: configuration('C P R', { terminations: 1 }),
  },
  {
    rule: 'resume-forward settles undos that are in flight',
    changes: [
      {
        file: machine('resume'),
        from: "case 'undoing':\n      return settleAgain(draft, step);",
        to: "case 'undoing':\n      return undefined;",
      },
    ],
    config: configuration('(C | C) P', { verbs: 1, hasTwoInputs: false }),
  },
  {
    rule: 'redo after all predecessors',
    changes: [
      {
        file: machine('resume'),
        from: "if (steps.some((step) => step.phase === 'settling' || isMoving(step))) return false;",
        to: '',
      },
      {
        file: machine('resume'),
        from: 'if (next === undefined) return true;',
        to: "if (next === undefined) return true;\n  const before = steps[steps.indexOf(next) - 1] ?? next;\n  if (isMoving(before) || steps.some((step) => step.phase === 'settling')) return false;",
      },
    ],
    config: configuration('C C C P', {
      ...{ verbs: 1, turns: 0, hasTwoInputs: false, onFault: 'compensate' },
      isLarge: true,
    }),
  },
  {
    rule: 'resume-forward looks at steps whose forward was never answered',
    changes: [
      {
        file: machine('resume'),
        from: 'return isUnknown(step) ? settleAgain(draft, step) : undefined;',
        to: 'return undefined;',
      },
      {
        file: machine('resume'),
        from: "step.phase === 'undone' || step.phase === 'failed'",
        to: "step.phase === 'undone'",
      },
    ],
    config: configuration('C P', { verbs: 1 }),
  },
  {
    rule: 'past the point of no return a step that is given up is settled',
    changes: [
      {
        file: machine('forward'),
        from: "if (!mayTurn(draft)) return settle(draft, step.name, 'forward', reason);",
        to: '',
      },
    ],
    config: configuration('P', {
      ...{ verbs: 1, terminations: 1, turns: 0, recoveryShape: shapeOf('C P') },
    }),
  },
  {
    rule: 'a retry waits for the end of a pause',
    changes: [
      {
        file: machine('forward'),
        from: 'const isHeld = draft.state.paused || ',
        to: 'const isHeld = ',
      },
    ],
    config: configuration('C P', { verbs: 1, pauses: 1, turns: 0, hasTwoInputs: false }),
  },
  {
    rule: 'an undo that is retried waits for the end of a pause',
    changes: [
      {
        file: machine('unwind'),
        from: "if (draft.state.paused) return change(draft, step.name, { phase: 'done', side: 'forward' });",
        to: '',
      },
    ],
    config: configuration('C P', { verbs: 1, pauses: 1, hasTwoInputs: false }),
  },
  {
    rule: 'the run id is in the row',
    changes: [{ file: fence, from: 'if (isOtherRun(row, message)) return fenced;', to: '' }],
    config: configuration('C P', { resets: 1 }),
  },
];
