import type { Outcome } from '../../../platform/saga/plan/moves';
import type { Input } from '../../../platform/saga/machine/protocol';
import type { MachineStep } from '../../../platform/saga/machine/state';
import type { RepairVerb } from '../../../platform/saga/verbs';
import type { Configuration } from '../configurations';
import type { Rules } from '../rules';
import type { Engine } from './engine';
import { indexOf } from './engine';
import { replaced, spend, verdictOf } from './ledger';
import type { Ledger } from './ledger';

/** Something that may happen to the run and to the journal, whatever the network holds. */
export interface Happening {
  readonly label: string;
  readonly input?: Input;
  /** Follows at once. */
  readonly then?: Input;
  readonly ledger?: Ledger;
  /** What a person did by hand. */
  readonly hand?: { readonly step: number; readonly by: 1 | -1 };
  readonly special?: 'body' | 'recover' | 'reset' | 'read';
  /** Happens by itself once faults stop; or: an operator may do it. */
  readonly kind: 'good' | 'verb' | 'trouble';
}

const costly: readonly RepairVerb[] = ['retry', 'retry-with-input', 'resume-forward'];

/** Everything that may happen now besides deliveries and answers. */
export function happeningsOf(
  rules: Rules,
  config: Configuration,
  { engine, ledger }: { readonly engine: Engine; readonly ledger: Ledger },
): Happening[] {
  const { machine } = engine;
  if (ledger.isFinished) return [];
  if (machine.mode === 'ended') {
    const finished = { ...ledger, isFinished: true };
    const finish = { label: 'the journal has the end', ledger: finished, kind: 'good' } as const;
    return [finish, ...accidents(rules, ledger)];
  }
  if (machine.mode === 'halted') {
    return [{ label: 'the halted run is recovered', special: 'recover', kind: 'good', ledger }];
  }
  return [
    ...(config.manner.isPrompt ? [] : [body]),
    ...machine.steps.flatMap((step) => ofStep(rules, config, { engine, ledger, step })),
    ...turns(engine, ledger),
    ...accidents(rules, ledger),
  ];
}

const body: Happening = { label: 'the function goes on', special: 'body', kind: 'good' };

function turns({ machine }: Engine, ledger: Ledger): Happening[] {
  const happenings: Happening[] = [];
  if (ledger.left.turns > 0) {
    const turn = { cause: 'fault', reason: 'NO' } as const;
    const input = { on: 'turn', turn } as const;
    happenings.push({
      label: 'cancel or deadline',
      input,
      ledger: spend(ledger, 'turns'),
      kind: 'trouble',
    });
  }
  if (machine.paused) {
    happenings.push({ label: 'unpause', input: { on: 'unpause' }, kind: 'verb' });
  } else if (ledger.left.pauses > 0) {
    const spent = spend(ledger, 'pauses');
    happenings.push({ label: 'pause', input: { on: 'pause' }, ledger: spent, kind: 'trouble' });
  }
  return happenings;
}

function accidents(rules: Rules, ledger: Ledger): Happening[] {
  const { terminations, resets } = ledger.left;
  const happenings: Happening[] = [];
  if (terminations > 0) {
    const spent = spend(ledger, 'terminations');
    const recover = { special: 'recover', ledger: spent, kind: 'trouble' } as const;
    happenings.push({ label: 'terminated and recovered', ...recover });
  }
  if (resets > 0 && ledger.generation === 0) {
    const spent = { ...spend(ledger, 'resets'), wasReset: true };
    happenings.push({ label: 'reset', special: 'reset', ledger: spent, kind: 'trouble' });
  }
  return rules.recovery === 'does not terminate' && terminations > 0
    ? [...happenings, { label: 'recover reads the history', special: 'read', kind: 'trouble' }]
    : happenings;
}

interface AtStep {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly step: MachineStep;
}

function ofStep(rules: Rules, config: Configuration, at: AtStep): Happening[] {
  const { engine, step } = at;
  const { name } = step;
  const epoch = rules.epochOfStep(engine.machine, step);
  const waits: Happening[] = [];
  if (step.phase === 'going' || step.phase === 'undoing') {
    const message = step.phase === 'going' ? 'forward' : 'undo';
    const outcome: Outcome = { kind: 'unknown', code: 'NO' };
    const input = { on: 'answered', step: name, message, epoch, outcome } as const;
    waits.push({ label: `giving up ${message} of ${name}`, input, kind: 'trouble' });
  }
  if (step.phase === 'settling' && !step.unsettled) {
    const input = { on: 'unsettled', step: name, epoch } as const;
    waits.push({ label: `settle of ${name} stays unanswered`, input, kind: 'trouble' });
  }
  if (step.phase === 'waiting') {
    const input = { on: 'waited', step: name } as const;
    waits.push({ label: `${name} is over`, input, kind: 'good' });
    const denied = { ...input, refusal: 'DENIED' };
    waits.push({ label: `${name} is denied`, input: denied, kind: 'good' });
  }
  return [...waits, ...(step.taken === undefined ? takes : acts)(rules, config, at)];
}

function takes(rules: Rules, config: Configuration, { engine, ledger, step }: AtStep): Happening[] {
  return rules.verbsOf(engine.machine, step).flatMap((verb): Happening[] => {
    if (verb === 'retry-with-input' && !config.hasTwoInputs) return [];
    const isCostly = costly.includes(verb);
    if (isCostly && ledger.left.verbs === 0) return [];
    const input = { on: 'take', step: step.name, verb } as const;
    const label = `${verb} ${step.name}`;
    const spent = isCostly ? spend(ledger, 'verbs') : ledger;
    if (!config.verbsActAtOnce) return [{ label, input, ledger: spent, kind: 'verb' }];
    const then = { on: 'act', step: step.name, verb } as const;
    const known = journaled(config, spent, { step, verb });
    return [{ label, input, then, ...known, kind: 'verb' }];
  });
}

/** What the journal knows once it has a verb, and what the person has done by hand by then. */
function journaled(
  { manner }: Configuration,
  ledger: Ledger,
  { step, verb }: { readonly step: MachineStep; readonly verb: RepairVerb },
): Pick<Happening, 'ledger' | 'hand'> {
  const index = indexOf(manner, step.name);
  const verdict = verdictOf(verb, step.side);
  const inputs = [...ledger.inputs];
  if (verb === 'retry-with-input') inputs[index] = 'b';
  const verdicts = verdict === '' ? ledger.verdicts : replaced(ledger.verdicts, index, verdict);
  const known = { ...ledger, inputs: inputs.join(''), verdicts };
  if (verb !== 'mark-done-externally' || step.kind === 'wait') return { ledger: known };
  return { ledger: known, hand: { step: index, by: step.side === 'forward' ? 1 : -1 } };
}

/** A verb on its way: the journal refuses it, the journal has it, it acts. The run may be terminated in between. */
function acts(_rules: Rules, config: Configuration, { ledger, step }: AtStep): Happening[] {
  const { name, taken: verb } = step;
  if (verb === undefined) return [];
  const index = indexOf(config.manner, name);
  if (ledger.journaled[index] !== '') {
    const acted = { ...ledger, journaled: replaced(ledger.journaled, index, '' as const) };
    const input = { on: 'act', step: name, verb } as const;
    return [{ label: `${verb} ${name} acts`, input, ledger: acted, kind: 'good' }];
  }
  const waiting = { ...ledger, journaled: replaced(ledger.journaled, index, verb) };
  const known = journaled(config, waiting, { step, verb });
  const drop = { on: 'drop', step: name } as const;
  return [
    { label: `the journal has ${verb} ${name}`, ...known, kind: 'good' },
    { label: `the journal refuses ${verb} ${name}`, input: drop, kind: 'trouble' },
  ];
}
