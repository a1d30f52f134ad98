import type { CommandDescriptor } from '../../kernel/contract';
import type { Json } from '../../kernel/json';
import type { StepKind, StepMessage } from '../../kernel/step';
import type { SagaDefinition } from '../../saga/define';
import { begin, isExpected, next } from '../../saga/machine/machine';
import type { Effect, Input, Next } from '../../saga/machine/protocol';
import { beginRecovery } from '../../saga/machine/recovery';
import type { Recovery } from '../../saga/machine/recovery';
import { findStep, initialState } from '../../saga/machine/state';
import type { MachineState, OpenedStep } from '../../saga/machine/state';
import type { Ending } from '../../saga/plan/direction';
import { createHandle } from './handle';
import type { StepCommands } from './handle';

/** A message of the saga, and where it goes. */
export interface Outgoing {
  readonly message: StepMessage;
  readonly participant: string;
  readonly stepKind: StepKind;
}

/** One run of a saga. */
export interface RunOptions {
  readonly definition: SagaDefinition;
  readonly input: Json;
  readonly sagaId: string;
  readonly runId: string;
  readonly startedAt: Date;
  /** Of a recovery: what earlier runs started. */
  readonly recovery?: Recovery;
  /** Commands of steps that earlier runs started; a recovery undoes them before its function asks for anything. */
  readonly commands?: ReadonlyMap<string, StepCommands>;
  /** Inputs that persons gave, by step. */
  readonly inputs?: ReadonlyMap<string, Json>;
}

/**
 * The real machine and the real saga function without a server: what the workflow does with a machine's effects, done
 * in memory. Messages wait in `outgoing` until somebody carries them.
 */
export class InProcessSaga {
  machine: MachineState = initialState;
  /** What the machine wants to be sent, in order; whoever carries a message takes it out. */
  readonly outgoing: Outgoing[] = [];
  readonly commands: Map<string, StepCommands>;
  readonly inputs: Map<string, Json>;
  /** What the machine did, one line each. */
  readonly effects: Effect[] = [];
  ending?: Ending;
  result: Json = null;
  /** What the saga function threw: a mistake in the saga file. */
  failure?: Error;
  private readonly results = new Map<string, Json>();
  private readonly resolvers = new Map<string, (value: Json | undefined) => void>();

  constructor(private readonly options: RunOptions) {
    this.commands = new Map(options.commands);
    this.inputs = new Map(options.inputs);
  }

  /** Begins, and runs the saga function as far as it comes by itself. */
  async start(): Promise<this> {
    const { recovery, definition, input, sagaId, startedAt } = this.options;
    if (recovery !== undefined) this.take(begin(beginRecovery(recovery)));
    const handle = createHandle({
      ...{ sagaId, startedAt },
      ask: (step, commands) => this.ask(step, commands),
    });
    definition.run(handle, input).then(
      (result) => {
        this.result = (result ?? null) as Json;
        this.take(next(this.machine, { on: 'body-ended' }));
      },
      (error: unknown) => {
        this.failure = error instanceof Error ? error : new Error(String(error));
      },
    );
    await functionIsIdle();
    return this;
  }

  /** Applies one input, and lets the saga function go on. */
  async tell(input: Input): Promise<void> {
    if (input.on === 'answered' && input.outcome.kind === 'done') {
      const step = findStep(this.machine, input.step);
      const isNews = step !== undefined && isExpected(this.machine, step, input);
      if (isNews) this.results.set(input.step, input.outcome.result);
    }
    if (this.take(next(this.machine, input))) await functionIsIdle();
    if (this.failure !== undefined) throw this.failure;
  }

  /** What an approval or an event brings; must be set before its wait is over. */
  bring(wait: string, data: Json): void {
    this.results.set(wait, data);
  }

  private ask(step: OpenedStep, commands?: StepCommands): Promise<Json | undefined> {
    if (commands !== undefined) this.commands.set(step.name, commands);
    return new Promise((resolve) => {
      this.resolvers.set(step.name, resolve);
      this.take(next(this.machine, { on: 'open', step }));
    });
  }

  /** True when the saga function may go on. */
  private take({ state, effects }: Next): boolean {
    this.machine = state;
    let goesOn = false;
    for (const effect of effects) {
      this.effects.push(effect);
      if (effect.do === 'send') this.outgoing.push(this.messageOf(effect));
      if (effect.do === 'end') this.ending = effect.ending;
      if (effect.do !== 'resolve') continue;
      const value = effect.how === 'skipped' ? undefined : (this.results.get(effect.step) ?? null);
      this.resolvers.get(effect.step)?.(value);
      goesOn = true;
    }
    return goesOn;
  }

  private messageOf({ step, message: kind, epoch }: Extract<Effect, { do: 'send' }>): Outgoing {
    const { sagaId, runId, definition } = this.options;
    const commands = this.commands.get(step);
    if (commands === undefined) throw new Error(`the step "${step}" has no commands`);
    const { undo, kind: stepKind } = commands;
    const { participant, command, input } = kind === 'undo' && undo ? undo : commands.command;
    const given = kind === 'undo' ? input : (this.inputs.get(step) ?? input);
    const order = this.machine.steps.findIndex(({ name }) => name === step);
    const plan = { kind: stepKind, order, ...(undo === undefined ? {} : { undo: planned(undo) }) };
    const saga = definition.contract.name;
    const sender = { run: runId, saga, correlationId: sagaId, owner: 'somebody' };
    const message = { sagaId, step, kind, epoch, command, input: given, plan, ...sender };
    return { message, participant, stepKind };
  }
}

function planned({
  participant,
  command,
  input,
}: Pick<CommandDescriptor, 'participant' | 'command' | 'input'>) {
  return { participant, command, input };
}

/** A saga function awaits nothing but its handle: once the microtasks are done, it has come as far as it can. */
function functionIsIdle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
