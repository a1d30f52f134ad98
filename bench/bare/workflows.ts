import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from './activities';

const patience = { startToCloseTimeout: '1 minute' } as const;
const regular = proxyActivities<Activities>(patience);
const local = proxyLocalActivities<Activities>(patience);

/** A workflow that does nothing: what one of them costs by itself. */
export async function empty(): Promise<void> {}

/** Three steps as regular activities. */
export function bareRegular(saga: string, refused: boolean): Promise<void> {
  return threeSteps(regular, saga, refused);
}

/** The same as local activities. */
export function bareLocal(saga: string, refused: boolean): Promise<void> {
  return threeSteps(local, saga, refused);
}

/** As the saga of the official samples: a list of compensations, played backwards when a step fails. */
async function threeSteps(
  { add, refuse, undo }: Pick<Activities, keyof Activities>,
  saga: string,
  refused: boolean,
): Promise<void> {
  const compensations: (() => Promise<void>)[] = [];
  try {
    compensations.unshift(() => undo(saga, 1));
    await add(saga, 1);
    compensations.unshift(() => undo(saga, 2));
    await add(saga, 2);
    await (refused ? refuse(saga) : add(saga, 3));
  } catch (error) {
    for (const compensate of compensations) await compensate();
    throw error;
  }
}
