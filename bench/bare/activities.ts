import { ApplicationFailure } from '@temporalio/activity';
import type { Steps } from '../steps/rows';

/** The steps as activities, made as the samples make theirs: a factory over what they need. */
export function createActivities(steps: Steps) {
  return {
    add: (saga: string, step: number): Promise<void> => steps.add(saga, step),
    undo: (saga: string, step: number): Promise<void> => steps.undo(saga, step),
    async refuse(saga: string): Promise<void> {
      await steps.refuse(saga);
      throw ApplicationFailure.nonRetryable('no room', 'NO_ROOM');
    },
  };
}

export type Activities = ReturnType<typeof createActivities>;
