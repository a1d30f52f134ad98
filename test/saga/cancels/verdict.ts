import { sagaAggregate } from '../../../platform/saga/journal/state';
import type { HistoryNow } from './history-now';
import type { Play } from './plays';
import type { SteppedSaga } from './stepped-saga';
import type { SteppedWorld } from './stepped-world';

const pivot = 'capture payment';
const compensatable = ['open order', 'reserve stock', 'authorize payment'];
const steps = [...compensatable, pivot, 'ship stock', 'confirm order'];

/** Temporal's status for each outcome of these plays. */
const statusOf: Readonly<Record<string, string>> = {
  completed: 'COMPLETED',
  compensated: 'COMPLETED',
  cancelled: 'CANCELLED',
};

/** What is wrong with the end of a saga that was cancelled; nothing when it kept every promise. */
export async function problemsOf(
  world: SteppedWorld,
  saga: SteppedSaga,
  play: Play,
): Promise<readonly string[]> {
  const history = saga.now();
  const { handle, sagaId } = saga;
  const entry = await world.journalStore.readAggregate(sagaAggregate(handle.workflowId));
  const { status, outcome = 'none' } = entry?.state as { status: string; outcome?: string };
  const shown = (await handle.describe()).status.name;
  const nets = world.participants.netsOf(sagaId);
  const before = JSON.stringify(nets);
  await world.participants.redeliverAll(sagaId);
  const after = JSON.stringify(world.participants.netsOf(sagaId));
  return [
    ...(status === 'finished' ? [] : [`I8: the journal has it as ${status}`]),
    ...(shown === statusOf[outcome] ? [] : [`Temporal shows ${shown} of a saga that ${outcome}`]),
    ...netProblems(nets, outcome),
    ...(before === after ? [] : [`I2: late copies turned ${before} into ${after}`]),
    ...(history.failedTasks === 0 ? [] : [`I7: ${history.failedTasks} tasks did not replay`]),
    ...outcomeProblems(history, play, outcome),
    ...undoProblems(history, outcome),
  ];
}

/** I1 and I3: everything once, or nothing. */
function netProblems(nets: Record<string, number>, outcome: string): readonly string[] {
  const expected = outcome === 'completed' ? 1 : 0;
  return steps
    .filter((step) => (nets[step] ?? 0) !== expected)
    .map((step) => `I1: "${step}" counts ${nets[step] ?? 0} in a saga that ${outcome}`);
}

/**
 * A cancel that was accepted, which is when the journal has it, is kept: the pivot is not sent any more. One that came
 * when the pivot had been sent changes nothing, nor does one that came when the saga had turned back.
 */
function outcomeProblems(history: HistoryNow, play: Play, outcome: string): readonly string[] {
  const at = (what: string) => history.activities.find((activity) => activity.what === what);
  const pivotAt = at(pivot)?.scheduledAt;
  const acceptedAt = at('journal: raw-cancel')?.endedAt ?? Infinity;
  const refusedAt = at(play.refusedStep ?? '')?.endedAt ?? Infinity;
  const requestedAt = history.cancelRequestedAt ?? Infinity;
  if (pivotAt !== undefined) {
    return [
      ...(acceptedAt < pivotAt ? ['the pivot was sent after a cancel was accepted'] : []),
      ...(outcome === play.outcome ? [] : [`it ended as ${outcome}, too late for a cancel`]),
    ];
  }
  const mayBe =
    acceptedAt < refusedAt
      ? ['cancelled']
      : refusedAt < requestedAt
        ? [play.outcome]
        : [play.outcome, 'cancelled'];
  return mayBe.includes(outcome) ? [] : [`it ended as ${outcome}, and not as ${mayBe.join(', ')}`];
}

/** Backwards: the first step is undone last. */
function undoProblems({ activities }: HistoryNow, outcome: string): readonly string[] {
  if (outcome === 'completed') return [];
  const started = new Set(activities.map(({ what }) => what));
  const missing = compensatable.filter((step) => started.has(step) && !started.has(`undo ${step}`));
  const undos = activities.filter(({ what }) => what.startsWith('undo '));
  const first = undos.find(({ what }) => what === 'undo open order');
  const early = undos.filter(
    (undo) => undo !== first && (undo.endedAt ?? 0) > (first?.scheduledAt ?? 0),
  );
  return [
    ...missing.map((step) => `"${step}" was started and never undone`),
    ...early.map(({ what }) => `"${what}" ended after the first step began to be undone`),
  ];
}
