import type { Manner } from './world/engine';
import type { Budget } from './world/ledger';
import { historyLimit } from '../../platform/saga/plan/verbs';
import { shapeOf } from './world/shape';

/** One saga, and the trouble it may meet. */
export interface Configuration extends Budget {
  readonly name: string;
  readonly manner: Manner;
  /** A verb is taken, journaled and acts in one; otherwise anything may happen in between. */
  readonly verbsActAtOnce: boolean;
  /** `retry-with-input` is among the verbs. */
  readonly hasTwoInputs: boolean;
  readonly undoMayBeImpossible: boolean;
  /** A refusal of a compensatable step may come before the store is touched: it leaves no row. */
  readonly refusesAtDoor: boolean;
  /** Histories are gone: participants are closed below the generation, then their rows are read. */
  readonly isHistoryDeleted: boolean;
  /** Only with `--all`: more than a few minutes. */
  readonly isLarge: boolean;
}

type Choice = Partial<Omit<Configuration, 'manner'>> & Partial<Omit<Manner, 'shape' | 'steps'>>;

/** A configuration; what is not chosen is the widest that is cheap: every fault, no verbs that open epochs. */
export function configuration(text: string, choice: Choice = {}): Configuration {
  const { onFault = 'park', isPrompt = true, parkAs, recoveryShape, ...own } = choice;
  const shape = shapeOf(text);
  const added = (recoveryShape?.steps ?? []).filter(
    ({ name }) => !shape.steps.some((step) => step.name === name),
  );
  return {
    ...{ name: text, verbs: 0, terminations: 0, resets: 0, turns: 1, pauses: 0 },
    ...{
      verbsActAtOnce: true,
      hasTwoInputs: true,
      undoMayBeImpossible: true,
      refusesAtDoor: false,
    },
    ...{ isHistoryDeleted: false, isLarge: false },
    ...own,
    manner: {
      ...{ shape, steps: [...shape.steps, ...added], onFault, isPrompt },
      ...(parkAs === undefined ? {} : { parkAs }),
      ...(recoveryShape === undefined ? {} : { recoveryShape }),
    },
  };
}

const limited: Choice = { hasTwoInputs: false, undoMayBeImpossible: false, onFault: 'compensate' };

/** What is searched exhaustively; the saga's own trouble is in the name. */
export const configurations: readonly Configuration[] = [
  configuration('C P', { verbs: 1, terminations: 1, verbsActAtOnce: false }),
  configuration('C P', {
    ...{ name: 'C P, function lags, paused', verbs: 1, pauses: 1, isPrompt: false },
  }),
  configuration('C P', {
    ...{ name: 'C P, refused at the door', verbs: 1, terminations: 1, refusesAtDoor: true },
  }),
  configuration('C P R', { verbs: 1, terminations: 1 }),
  configuration('C P R', { name: 'C P R, verbs in three moves', verbs: 1, verbsActAtOnce: false }),
  configuration('C P R', { verbs: 2, terminations: 1, isLarge: true }),
  configuration('C P R', { verbs: 3, isLarge: true }),
  configuration('C P R', { name: 'C P R, recover itself terminated', terminations: 2, verbs: 1 }),
  configuration('C P R', {
    ...{ name: 'C P R, rows only', verbs: 1, terminations: 1, isHistoryDeleted: true },
  }),
  configuration('C P R', {
    ...{ name: 'C P R, rows only', verbs: 2, terminations: 1, isHistoryDeleted: true },
    isLarge: true,
  }),
  configuration('C P R', {
    ...{ name: 'C P R, the function has changed', verbs: 1, terminations: 1 },
    recoveryShape: shapeOf('C C P R R'),
  }),
  configuration('C P R', {
    ...{ name: 'C P R, history guard', verbs: 1 },
    parkAs: { C1: historyLimit, P: historyLimit, R1: historyLimit },
  }),
  configuration('C W P W R', { name: 'C W P W R, with waits', verbs: 1, terminations: 1 }),
  configuration('C C', { name: 'C C, no pivot', verbs: 0, terminations: 1 }),
  configuration('P R', { verbs: 2, terminations: 1 }),
  configuration('C C P', { verbs: 1, hasTwoInputs: false }),
  configuration('C C P', { verbs: 1, terminations: 1, isLarge: true }),
  configuration('C C P', { name: 'C C P, recover itself terminated', terminations: 2 }),
  configuration('C C P', { name: 'C C P, reset', terminations: 1, resets: 1, isLarge: true }),
  configuration('C C P', { name: 'C C P, reset, limited', ...limited, terminations: 1, resets: 1 }),
  configuration('C C P R', { name: 'C C P R, limited', ...limited, verbs: 2 }),
  configuration('C C P R', { verbs: 1, terminations: 1, isLarge: true }),
  configuration('(C | C) P', { name: '(C | C) P, limited', ...limited, verbs: 1, terminations: 1 }),
  configuration('(C | C) P R', {
    ...limited,
    name: '(C | C) P R, limited',
    verbs: 1,
    terminations: 1,
  }),
  configuration('(C | C) P R', { verbs: 1, isLarge: true }),
];

/** The same at bounds that a few seconds are enough for. */
export const smallConfigurations: readonly Configuration[] = [
  configuration('C P', { terminations: 1 }),
  configuration('C P', { name: 'C P, a verb', verbs: 1 }),
  configuration('C P', { ...limited, name: 'C P, paused, a verb', verbs: 1, pauses: 1, turns: 0 }),
  configuration('P', {
    ...{ name: 'P, the function has changed, a verb', verbs: 1, terminations: 1 },
    recoveryShape: shapeOf('C P'),
  }),
  configuration('C P R', { ...limited, name: 'C P R, limited', terminations: 1 }),
  configuration('C W P W R', { ...limited, name: 'C W P W R, limited', terminations: 1 }),
  configuration('C P R', {
    ...{ ...limited, name: 'C P R, the function has changed', terminations: 1 },
    recoveryShape: shapeOf('C C P R R'),
  }),
];
