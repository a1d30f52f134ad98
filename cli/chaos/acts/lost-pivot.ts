import { randomUUID } from 'node:crypto';
import { until } from '../../up/api-client';
import { sagaLines } from '../saga-lines';
import type { StoryLine } from '../saga-lines';
import { brokenAfter, chaosLimits, endOf, playOrder, shortDeadline } from '../stage';
import type { PlayedSaga, Stage } from '../stage';

/** Where payments dies in the pivot, for good until the saga's deadline is over, and how the saga has to end. */
export const lostPivots = {
  undecided: {
    point: 'participant.before-commit',
    says: 'before anything of it was committed',
    ends: 'compensated',
  },
  uncalled: {
    point: 'participant.intent-committed',
    says: 'before the call to the card provider',
    ends: 'compensated',
  },
  unconcluded: {
    point: 'participant.called-not-concluded',
    says: 'after the provider took the money, before it was written down',
    ends: 'completed',
  },
  unanswered: {
    point: 'participant.committed-not-answered',
    says: 'after the commit, before the reply',
    ends: 'completed',
  },
} as const;

export type LostPivot = keyof typeof lostPivots;

/** What became of one lost pivot. Red when there is a problem. */
export interface LostPivotResult {
  readonly place: LostPivot;
  readonly expected: 'completed' | 'compensated';
  readonly outcome: string;
  /** What the saga said of its pivot while payments was away, after its deadline. */
  readonly meanwhile: string;
  readonly row: string;
  readonly problems: readonly string[];
  readonly lines: readonly StoryLine[];
}

const pivot = 'capture payment';

/**
 * Kills payments inside the pivot and keeps it away until the saga has given up waiting for an answer. The saga must
 * not guess: it asks, and ends on the side on which the pivot is.
 */
export async function runLostPivot(stage: Stage, place: LostPivot): Promise<LostPivotResult> {
  const name = `pivot-${place}-${randomUUID().slice(0, 8)}`;
  const { point, ends } = lostPivots[place];
  const order = await playOrder(stage, name, await shortDeadline(stage));
  let isBack = false;
  try {
    await stage.control('arm-mortal', 'payments', `${point}:payments.capture=1`);
    const played = await order.start();
    const meanwhile = await settling(stage, played);
    await stage.control('start', 'payments');
    isBack = true;
    const outcome = await endOf(stage, played);
    const rows = await stage.arena.rows('payments', played.saga.sagaId);
    const row = rows.find(({ step }) => step === pivot)?.state ?? 'absent';
    const problems = [
      ...(outcome === ends ? [] : [`the saga ended as ${outcome}, and had to as ${ends}`]),
      ...((row === 'done') === (ends === 'completed') ? [] : [`the row of the pivot is ${row}`]),
      ...(await brokenAfter(stage, played, ends)),
    ];
    const lines = await sagaLines(stage.arena, played.saga, 'payments.');
    return { place, expected: ends, outcome, meanwhile, row, problems, lines };
  } finally {
    if (!isBack) await stage.control('start', 'payments');
  }
}

/** Waits until the deadline is over and the pivot's outcome is being asked for; answers how the saga shows that. */
async function settling({ arena }: Stage, { saga, name }: PlayedSaga): Promise<string> {
  return until(`${name} to settle its pivot`, chaosLimits.endMs, async () => {
    const view = await arena.view(saga);
    const step = view?.steps.find((one) => one.name === pivot);
    if (step === undefined || !['settling', 'parked'].includes(step.status)) return undefined;
    return `${pivot}: ${step.status}, ${step.reason ?? 'no answer'}`;
  });
}
