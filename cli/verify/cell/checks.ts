import { happenedFaults, releaseHeld } from '../../../platform/runtime/fault-plan';
import type { HappenedFault } from '../../../platform/runtime/fault-plan';
import type { ExploredOutcome } from '../../../platform/saga/recipe';
import { recoveryIdOf } from '../../../platform/saga/wire';
import { until } from '../../up/api-client';
import type { Arena } from '../arena';
import { outcomeOf, statusesOf } from '../cells';
import { inRun } from '../family';
import { explorerLimits } from '../recipe-world';
import type { Exploration, Run } from './run-cell';

/** What is wrong with the end of one saga; each sentence begins with the invariant that it breaks. */
export async function problemsOf(
  exploration: Exploration,
  run: Run,
  outcome: ExploredOutcome,
): Promise<readonly string[]> {
  const { arena } = exploration;
  const { cell, saga } = run;
  releaseHeld(arena.faultDir, saga.workflowId);
  const happened = happenedFaults(arena.faultDir, saga.workflowId).filter((it) => it.index === 0);
  const expected = outcomeOf(cell);
  return [
    ...(happened.length > 0 ? [] : ['the fault was never met: nothing was tested']),
    ...(outcome === expected ? [] : [`I1: it ended as ${outcome}, and had to as ${expected}`]),
    ...(await statusProblems(arena, run, outcome)),
    ...(await lateProblems(arena, run, { outcome, happened })),
    ...(await rowProblems(exploration, run, outcome)),
  ];
}

/** I1: what Temporal shows of the workflow, or of the recovery that ended the saga, is what the journal says. */
async function statusProblems(
  { client }: Arena,
  { cell, saga }: Run,
  outcome: ExploredOutcome,
): Promise<readonly string[]> {
  const isRecovered = cell.fault === 'terminate';
  const workflowId = isRecovered ? recoveryIdOf(saga.sagaId) : saga.workflowId;
  const handle = client.workflow.getHandle(workflowId);
  // It closes after its terminal record.
  const status = await until(`the close of ${workflowId}`, explorerLimits.writeMs, async () => {
    const { name } = (await handle.describe()).status;
    return name === 'RUNNING' ? undefined : name;
  });
  const allowed = statusesOf(cell, outcome);
  return allowed.includes(status)
    ? []
    : [`I1: Temporal shows ${status} of a saga that ${outcome}, not ${allowed.join(' or ')}`];
}

/** I2: what went on after the saga's end must have changed nothing. */
async function lateProblems(
  arena: Arena,
  { cell, saga }: Run,
  { outcome, happened }: { outcome: ExploredOutcome; happened: readonly HappenedFault[] },
): Promise<readonly string[]> {
  if (happened.length === 0 || !(cell.fault === 'paused' || cell.fault === 'terminate')) return [];
  const late = await until(`the held message of ${cell.id}`, explorerLimits.writeMs, async () => {
    const all = happenedFaults(arena.faultDir, saga.workflowId);
    return all.find(({ index, afterwards }) => index === 0 && afterwards !== undefined);
  });
  const isUndone = outcome !== 'completed' && cell.direction === 'forward';
  return isUndone && late.afterwards === 'done'
    ? ['I2: the message that went on after the end took effect']
    : [];
}

/** Rows of which nothing stands, and nothing is open either. */
const nothingStands: readonly string[] = ['absent', 'undone', 'tombstone', 'refused'];

/** I1 as the fences have it: every effect stands, or none does. */
async function rowProblems(
  { arena, steps }: Exploration,
  run: Run,
  outcome: ExploredOutcome,
): Promise<readonly string[]> {
  const participants = [...new Set(steps.map(({ participant }) => participant))];
  const asked = [...run.family.values()].flatMap((sagaId) =>
    participants.map((participant) => arena.rows(participant, sagaId)),
  );
  const rows = new Map((await Promise.all(asked)).flat().map((row) => [row.step, row.state]));
  const names = steps.map(({ name }) => inRun(name, run.name));
  return names.flatMap((name) => {
    const state = rows.get(name) ?? 'absent';
    if (outcome === 'completed') {
      return state === 'done' ? [] : [`I1: "${name}" is ${state} in a saga that completed`];
    }
    return nothingStands.includes(state)
      ? []
      : [`I1: "${name}" is ${state} in a saga that was undone`];
  });
}
