import type { Guard } from '../guard';
import { ruleOf, saga, unit } from '../guard';

const engine = (file: string): string => `platform/saga/engine/${file}.ts`;
const machine = (file: string): string => `platform/saga/machine/${file}.ts`;

/** How a saga goes forward and back. */
export const engineGuards: readonly Guard[] = [
  {
    name: 'plan before call',
    why: 'a step whose reply was lost would have no undo to be taken back with',
    changes: [
      {
        file: engine('open'),
        from: 'run.steps.set(text, known ?? fresh(run, text, parts));',
        to: 'run.steps.set(text, { ...fresh(run, text, parts), undo: undefined } as never);',
      },
      {
        file: engine('open'),
        from: 'return ask(run, { name: text, kind: parts.kind, place, onFault, ...parkAs });',
        to: `return ask(run, { name: text, kind: parts.kind, place, onFault, ...parkAs }).then((answer) => {
          run.steps.set(text, { name: text, ...parts });
          return answer;
        });`,
      },
    ],
    test: saga('faults', 'a step whose replies are all lost is taken back by its own undo'),
  },
  {
    name: 'what never answered is on the way back',
    why: 'a step whose reply was lost would not be undone, and its effect would stay',
    changes: [
      {
        file: machine('unwind'),
        from: "(step) => step.kind === 'compensatable')",
        to: "(step) => step.kind === 'compensatable' && step.phase !== 'failed')",
      },
    ],
    test: unit('testing/rehearse', 'a reply that never comes is undone'),
  },
  {
    name: 'past the pivot a step that is given up is settled',
    why: 'a recovery would wait for ever at a step that is neither on its way nor parked',
    changes: ruleOf('past the point of no return a step that is given up is settled'),
    test: unit('saga/machine-verbs', 'is settled and parks again when its retry is'),
  },
  {
    name: 'an abort outlives a resume',
    why: 'the pivot would be sent again after a person gave it up, and was told so',
    changes: [
      {
        file: machine('forward'),
        from: "step.reason === resumedReason && asked !== 'abort'",
        to: 'step.reason === resumedReason',
      },
    ],
    test: unit('saga/machine-verbs', 'turns the saga back: the pivot is not sent again'),
  },
  {
    name: 'a redo waits for a verb',
    why: 'the pivot would be sent again while its abort is being written to the journal',
    changes: [
      {
        file: machine('resume'),
        from: 'if (steps.some((step) => step.taken !== undefined)) return false;',
        to: '',
      },
    ],
    test: unit('saga/machine-verbs', 'turns it back too while the journal is still being written'),
  },
  {
    name: 'a retry waits for the end of a pause',
    why: 'a saga that a person holds still would send a step all the same',
    changes: ruleOf('a retry waits for the end of a pause'),
    test: unit('saga/machine-verbs', 'a retry is taken, and sends when the pause is over'),
  },
  {
    name: 'the refused step is undone too',
    why: 'a late copy of it would be applied after the saga has ended',
    changes: [
      {
        file: machine('forward'),
        from: "reason, refused: cause === 'refusal' }",
        to: "reason, refused: cause === 'refusal', nothingStands: cause === 'refusal' }",
      },
    ],
    test: saga('refusals', 'a late copy of it must find the door shut'),
  },
  {
    name: 'reverse order',
    why: 'a step would be undone under the feet of those that built on it',
    changes: [
      {
        file: 'platform/saga/plan/way-back.ts',
        from: 'sort((left, right) => right - left)',
        to: 'sort((left, right) => left - right)',
      },
    ],
    test: unit('testing/rehearse', 'a refused pivot undoes all before it, last first'),
  },
  {
    name: 'nothing under way before the first undo',
    why: 'the sibling of a refused step could take effect behind the back of the unwind',
    changes: [{ file: machine('unwind'), from: "step.phase === 'going' ||", to: '' }],
    test: saga('refusals', 'the other branch is waited for before anything is undone'),
  },
  {
    name: 'cancellation type',
    why: 'an undo would overtake the very attempt it is to undo',
    changes: [
      {
        file: engine('send'),
        from: 'ActivityCancellationType.WAIT_CANCELLATION_COMPLETED',
        to: 'ActivityCancellationType.TRY_CANCEL',
      },
    ],
    test: saga('cancel', 'waits for the attempt that is under way before it undoes anything'),
  },
  {
    name: 'a direct try that tells nothing is followed by the queue',
    why: 'one lost reply would turn a saga back, and one at a pivot would park it',
    changes: [
      {
        file: engine('send'),
        from: 'return isFinal(outcome, route.bounds) ? outcome : undefined;',
        to: 'return outcome;',
      },
    ],
    test: saga('direct', 'is asked for again by the queue, and counts once'),
  },
  {
    name: 'non-cancellable unwind',
    why: "Temporal's own cancel would make every later call throw, and nothing would be undone",
    changes: [
      {
        file: engine('execute'),
        from: 'return CancellationScope.nonCancellable(() => {',
        to: 'return CancellationScope.cancellable(() => {',
      },
      {
        file: engine('interpret'),
        from: 'CancellationScope.nonCancellable(work)',
        to: 'CancellationScope.cancellable(work)',
      },
    ],
    test: saga('cancel', 'undoes everything and ends as Cancelled'),
  },
  {
    name: 'no schedule-to-close on an undo',
    why: 'an undo would be given up in silence while its participant is away',
    changes: [
      {
        file: engine('dispatch'),
        from: "message: 'undo', epoch: effect.epoch }, { attemptsMax }",
        to: "message: 'undo', epoch: effect.epoch }, { attemptsMax, scheduleToCloseMs: 10_000 }",
      },
    ],
    test: saga('faults', 'an undo is asked until its participant is back'),
  },
  {
    name: 'park, not swallow',
    why: 'an effect that cannot be undone would stay, and the saga would say it is compensated',
    changes: [
      {
        file: machine('unwind'),
        from: "park(draft, step.name, 'undo', step.reason);",
        to: "change(draft, step.name, { phase: 'undone' });",
      },
    ],
    test: unit('testing/rehearse', 'an undo that is impossible parks'),
  },
  {
    name: 'settle before park',
    why: 'a person would act on a step of which nobody knows whether it stands',
    changes: ruleOf('a step settles before it parks'),
    test: unit('testing/rehearse', 'a pivot whose reply is lost for good is settled'),
  },
  {
    name: 'point of no return before the pivot',
    why: 'a cancel would slip in while the pivot is on its way, and undo what the pivot builds on',
    changes: [
      {
        file: machine('send'),
        from: "if (message === 'forward' && step.kind === 'pivot') fact(",
        to: 'if (false) fact(',
      },
    ],
    test: unit('saga/machine', 'a cancel that meets the pivot on its way is too late'),
  },
  {
    name: 'never skip the pivot',
    why: 'the saga would go forward on a payment nobody made',
    changes: ruleOf('the pivot is never skipped'),
    test: unit('saga/verbs-and-names', 'PIVOT_NOT_SKIPPABLE'),
  },
  {
    name: 'history guard',
    why: 'Temporal would end a saga whose history is too long, without its compensation',
    changes: [
      {
        file: engine('open'),
        from: 'const parkAs = isHistoryLong(workflowInfo(), options) ? { parkAs: historyLimit } : {};',
        to: 'const parkAs = {};',
      },
    ],
    test: saga('authoring', 'of a saga with a long history sees it park before a step'),
  },
];
