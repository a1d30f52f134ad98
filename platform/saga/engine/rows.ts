import { proxyActivities } from '@temporalio/workflow';
import type { StepPlan } from '../../kernel/step';
import { sagaLimits } from '../limits';
import { askUntilAnswered } from './ask';
import type { RecoveredStep } from './recovery-start';
import type { SagaRun } from './saga-run';

/** A participant's row, as it answers a closing. */
interface ClosedRow {
  readonly step: string;
  readonly command?: string;
  readonly plan?: StepPlan;
  readonly recordedAt?: string;
}

interface Closed {
  readonly rows: readonly ClosedRow[];
}

type Closing = (asked: {
  readonly sagaId: string;
  readonly generation: number;
  readonly run: string;
}) => Promise<Closed>;

/**
 * Closes every participant for a saga below the generation of its recovery, and answers what their rows say was
 * started. After that no late forward of an earlier generation can begin anything, so the rows are all there is.
 */
export async function closeParticipants(
  run: SagaRun,
  participants: readonly string[],
): Promise<readonly RecoveredStep[]> {
  const closed = await Promise.all(
    participants.map(async (participant) => {
      const { rows } = await askUntilAnswered(run, `close ${participant}`, (place) =>
        close(run, participant, place),
      );
      return rows.map((row) => ({ ...row, participant }));
    }),
  );
  return closed.flat().flatMap(recoveredStep);
}

function close(run: SagaRun, participant: string, summary: string): Promise<Closed> {
  const { sagaId, runId, queueSuffix, machine, pace } = run;
  const activities = proxyActivities<Record<string, Closing>>({
    taskQueue: `${participant}${queueSuffix}`,
    summary,
    startToCloseTimeout: sagaLimits.closingMs,
    // Without a first interval Temporal's own of a second is taken, and refused where the longest is shorter.
    retry: { initialInterval: sagaLimits.backoffFirstMs, maximumInterval: pace.backoffMaxMs },
  });
  // The journal has left the lower generations behind when it gave this one away.
  const ask = activities[`${participant}.${participant === 'sagas' ? 'rows' : 'close'}`]!;
  return ask({ sagaId, generation: machine.generation, run: runId });
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
      isInputKnown: false,
      ...(undo === undefined ? {} : { undo: { kind: 'undo' as const, ...undo } }),
    },
  ];
}
