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

/** How often a run is begun anew whose history stepped over its length. */
const beginningsMax = 8;
/** After so many, the play that told the lengths was the odd one: a neighbour of its length stands for it. */
const beginningsAtItsLength = 3;

/** Runs one saga, cancels it at its length and lets it come to its end. What is wrong with that end. */
export async function problemsOfRun(
  world: SteppedWorld,
  run: CancelledRun,
): Promise<readonly string[]> {
  const saga = await sagaOfLength(world, run);
  if (saga === undefined) return [`its history was never ${run.length} long`];
  await saga.cancel();
  if (run.againAfter !== undefined) await cancelAgain(saga, run.againAfter);
  while (!saga.now().isClosed) await saga.move();
  const isAsked = saga.now().cancelRequestedAt !== undefined;
  return [
    ...(isAsked ? [] : ['the cancel never came: nothing was tested']),
    ...(await problemsOf(world, saga, run.play)),
  ];
}

/**
 * A saga whose history stands at the length of this run. Timers fire by the clock of the server: where it is slow,
 * one falls into a task that another run had without it, and this history steps over the length. Such a run is no
 * case of this length; it goes to its end undisturbed, and the next one is begun. A length that no history comes to
 * again was one of a slow moment: then the nearest is taken of those at which the last history did stand.
 */
async function sagaOfLength(
  world: SteppedWorld,
  { play, order, length }: CancelledRun,
): Promise<SteppedSaga | undefined> {
  let wanted = length;
  for (let beginning = 1; beginning <= beginningsMax; beginning += 1) {
    play.script(world.participants.heal());
    const saga = await startStepped(world, play, order);
    const stoodAt: number[] = [];
    for (; !saga.now().isClosed; await saga.move()) {
      if (saga.now().length === wanted) return saga;
      stoodAt.push(saga.now().length);
    }
    if (beginning >= beginningsAtItsLength) wanted = nearest(stoodAt, length);
  }
  return undefined;
}

function nearest(lengths: readonly number[], wanted: number): number {
  const distance = (length: number) => Math.abs(length - wanted);
  return lengths.reduce((best, next) => (distance(next) < distance(best) ? next : best));
}

async function cancelAgain(saga: SteppedSaga, moves: number): Promise<void> {
  for (let left = moves; left > 0 && !saga.now().isClosed; left -= 1) await saga.move();
  if (!saga.now().isClosed) await saga.cancel();
}
