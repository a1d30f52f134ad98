import { sagaLimits } from '../limits';
import type { StepView } from '../wire';

/**
 * The steps a terminal record lists, in their order: all of them, or of very many those that say something: whatever
 * is not simply done or undone, child sagas, the first step of each participant, and as many others as there is room
 * for.
 */
export function listedSteps(
  steps: readonly StepView[],
  stepsMax: number = sagaLimits.listedStepsMax,
): readonly StepView[] {
  if (steps.length <= stepsMax) return steps;
  const seen = new Set<string>();
  const telling = new Set(
    steps.filter((step) => {
      const isFirst = !seen.has(step.participant);
      seen.add(step.participant);
      return isFirst || isTelling(step);
    }),
  );
  const ranked = [...new Set([...telling, ...steps])];
  const kept = new Set(ranked.slice(0, Math.max(stepsMax, seen.size)));
  return steps.filter((step) => kept.has(step));
}

function isTelling({ status, leftInPlace, external, child, kind, reason }: StepView): boolean {
  const isOrdinary = (status === 'done' || status === 'undone') && reason === undefined;
  const isMarked = leftInPlace === true || external === true || child !== undefined;
  return !isOrdinary || isMarked || kind === 'pivot';
}
