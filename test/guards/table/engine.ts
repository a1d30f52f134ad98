import type { Guard } from '../guard';
import { ruleOf, saga, unit } from '../guard';

const engine = (file: string): string => `platform/saga/engine/${file}.ts`;
const machine = (file: string): string => `platform/saga/machine/${file}.ts`;

/** How a saga goes forward and back. */
export const engineGuards: readonly Guard[] = [
  {
    name: 'plan before call',
    why: 'a step whose reply was lost would not be on the way back, and its effect would stay',
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
        from: 'const parkAs = historyIsLong(run) ? { parkAs: historyLimit } : {};',
        to: 'const parkAs = {};',
      },
    ],
    test: saga('authoring', 'of a saga with a long history sees it park before a step'),
  },
];
