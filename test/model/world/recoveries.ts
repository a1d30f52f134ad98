import type { StepKind } from '../../../platform/kernel/step';
import type { StartedStep } from '../../../platform/saga/machine/recovery';
import type { Configuration } from '../configurations';
import type { Rules } from '../rules';
import { indexOf, startEngine, startRecovery } from './engine';
import type { Engine, Reaction } from './engine';
import type { Lane } from './lane';
import type { Ledger } from './ledger';

/** What a new run begins with, and what the ledger says from then on. */
export interface NewRun {
  readonly reaction: Reaction;
  readonly ledger: Ledger;
  /** Participants answer lower generations no more. */
  readonly closesBelow?: number;
}

/** Another run from the first event, under the same generation. */
export function reset(
  rules: Rules,
  config: Configuration,
  run: { readonly engine: Engine; readonly ledger: Ledger },
): NewRun {
  const ledger = hungUp(config, run.engine, run.ledger);
  return { reaction: startEngine(rules, config.manner, 'run 0, reset'), ledger };
}

/** The next generation, from what the closed runs left: their histories, or the participants' rows alone. */
export function recover(
  rules: Rules,
  config: Configuration,
  run: { readonly engine: Engine; readonly ledger: Ledger; readonly lanes: readonly Lane[] },
): NewRun {
  const closed = hungUp(config, run.engine, run.ledger);
  const generation = closed.generation + 1;
  const started = startedBy(rules, config, closed, run.lanes).map((index): StartedStep => {
    const step = config.manner.steps[index]!;
    const verdict = rules.recovery === 'forgets verdicts' ? '' : closed.verdicts[index]!;
    const { name, place } = step;
    const kind = step.kind as StepKind;
    return { name, kind, place, ...(verdict === '' ? {} : { verdict }) };
  });
  const next = rules.beginRecovery({ generation, started, reason: 'TERMINATED' });
  const beginning = { next, run: `run ${generation}`, inputs: closed.inputs };
  const reaction = startRecovery(rules, config.manner, beginning);
  const ledger = { ...closed, generation };
  return config.isHistoryDeleted
    ? { reaction, ledger, closesBelow: generation }
    : { reaction, ledger };
}

function startedBy(
  rules: Rules,
  config: Configuration,
  ledger: Ledger,
  lanes: readonly Lane[],
): readonly number[] {
  if (config.isHistoryDeleted || rules.recovery === 'believes rows') {
    return [...lanes.keys()].filter((index) => lanes[index]!.row !== null);
  }
  if (rules.recovery === 'reads the last history only') return ledger.lastHistory;
  if (rules.recovery === 'does not terminate' && ledger.read !== undefined) return ledger.read;
  return ledger.history.filter((index) => config.manner.steps[index]!.kind !== 'wait');
}

/** The ledger once a run is closed: its history is read, its verbs act no more. */
function hungUp(config: Configuration, engine: Engine, ledger: Ledger): Ledger {
  const lastHistory = forwardsOf(config, engine);
  const added = lastHistory.filter((index) => !ledger.history.includes(index));
  const journaled = ledger.journaled.map(() => '' as const);
  return { ...ledger, history: [...ledger.history, ...added], lastHistory, journaled };
}

/** Steps whose forward a run ever scheduled. */
export function forwardsOf(config: Configuration, { machine }: Engine): readonly number[] {
  return machine.steps
    .filter((step) => step.counter.last !== 'nothing' || step.kind === 'wait')
    .map((step) => indexOf(config.manner, step.name));
}
