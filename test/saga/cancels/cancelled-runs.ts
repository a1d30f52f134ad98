import type { Play } from './plays';
import { startStepped } from './stepped-saga';
import type { Order, SteppedSaga } from './stepped-saga';
import type { SteppedWorld } from './stepped-world';
import { problemsOf } from './verdict';

/** One saga that is cancelled when its history is this long. */
export interface CancelledRun {
  readonly name: string;
  readonly play: Play;
  readonly order: Order;
  readonly length: number;
  /** Cancelled again so many moves later. */
  readonly againAfter?: number;
}

/** Every length at which the history of a play stands still, from its start to its last task. */
export async function lengthsOf(
  world: SteppedWorld,
  play: Play,
  order: Order,
): Promise<readonly number[]> {
  play.script(world.participants.heal());
  const saga = await startStepped(world, play, order);
  const lengths: number[] = [];
  for (; !saga.now().isClosed; await saga.move()) lengths.push(saga.now().length);
  const problems = await problemsOf(world, saga, play);
  if (problems.length > 0) throw new Error(`undisturbed: ${problems.join('; ')}`);
  return [...new Set(lengths)];
}

/** Runs one saga, cancels it at its length and lets it come to its end. What is wrong with that end. */
export async function problemsOfRun(
  world: SteppedWorld,
  { play, order, length, againAfter }: CancelledRun,
): Promise<readonly string[]> {
  play.script(world.participants.heal());
  const saga = await startStepped(world, play, order);
  while (saga.now().length < length) await saga.move();
  const wasThere = saga.now().length === length;
  await saga.cancel();
  if (againAfter !== undefined) await cancelAgain(saga, againAfter);
  while (!saga.now().isClosed) await saga.move();
  const isAsked = saga.now().cancelRequestedAt !== undefined;
  return [
    ...(wasThere ? [] : [`its history was never ${length} long`]),
    ...(isAsked ? [] : ['the cancel never came: nothing was tested']),
    ...(await problemsOf(world, saga, play)),
  ];
}

async function cancelAgain(saga: SteppedSaga, moves: number): Promise<void> {
  for (let left = moves; left > 0 && !saga.now().isClosed; left -= 1) await saga.move();
  if (!saga.now().isClosed) await saga.cancel();
}
