import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { StepPlan } from '../../kernel/step';
import { sagaLimits } from '../limits';
import type { RecoveryTarget } from './activities';
import type { RecoveredStep } from './recovery-start';

/** A participant's row, as it answers a closing. */
interface ClosedRow {
  readonly step: string;
  readonly command?: string;
  readonly plan?: StepPlan;
  readonly recordedAt?: string;
}

type Closing = (asked: {
  readonly sagaId: string;
  readonly generation: number;
  readonly run: string;
}) => Promise<{ readonly rows: readonly ClosedRow[] }>;

/**
 * Closes every participant for a saga below a generation, and answers what their rows say was started. After that no
 * late forward of an earlier generation can begin anything, so the rows are all there is. Waits for who is away.
 */
export async function closeParticipants(
  { sagaId }: RecoveryTarget,
  generation: number,
  participants: readonly string[],
): Promise<readonly RecoveredStep[]> {
  const { runId: run, taskQueue } = workflowInfo();
  const suffix = taskQueue.replace(/^sagas/, '');
  const closed = await Promise.all(
    participants.map(async (participant) => {
      const activities = proxyActivities<Record<string, Closing>>({
        taskQueue: `${participant}${suffix}`,
        summary: `close ${participant}`,
        startToCloseTimeout: sagaLimits.closingMs,
        retry: { maximumInterval: sagaLimits.stubbornPauseMs },
      });
      // The journal has left the lower generations behind when it gave this one away.
      const close = activities[`${participant}.${participant === 'sagas' ? 'rows' : 'close'}`]!;
      const { rows } = await close({ sagaId, generation, run });
      return rows.map((row) => ({ ...row, participant }));
    }),
  );
  return closed.flat().flatMap(recoveredStep);
}

/**
 * What histories tell, and what rows tell beyond it, in the order in which the saga started it. A step in both is as
 * the history has it, which knows the input.
 */
export function mergeRows(
  told: readonly RecoveredStep[],
  rows: readonly RecoveredStep[],
): readonly RecoveredStep[] {
  const names = new Set(told.map(({ name }) => name));
  const all = [...told, ...rows.filter(({ name }) => !names.has(name))];
  return all.sort((left, right) => orderOf(left) - orderOf(right));
}

function orderOf({ place }: RecoveredStep): number {
  return Number(place[0] ?? 0);
}

function recoveredStep({
  step,
  command,
  plan,
  recordedAt,
  participant,
}: ClosedRow & { readonly participant: string }): RecoveredStep[] {
  if (command === undefined || plan === undefined) return [];
  const undo = plan.undo;
  return [
    {
      name: step,
      kind: plan.kind,
      place: [plan.order],
      startedAt: recordedAt ?? '',
      // The row keeps a hash of the input and not the input: a settle and an undo need none.
      command: { kind: 'command', participant, command, input: null },
      ...(undo === undefined ? {} : { undo: { kind: 'undo' as const, ...undo } }),
    },
  ];
}
