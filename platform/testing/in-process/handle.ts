import type { CommandDescriptor, UndoDescriptor } from '../../kernel/contract';
import type { Json } from '../../kernel/json';
import type { StepKind } from '../../kernel/step';
import type { BranchHandle, SagaHandle } from '../../saga/define';
import type { FaultPolicy, OpenedStep } from '../../saga/machine/state';
import { assertUnused, familySteps, SagaDefinitionError, stepNameOf } from '../../saga/plan/names';
import type { StepName } from '../../saga/plan/names';
import type { Place } from '../../saga/plan/way-back';

/** The commands of a step: what is sent forward, and what undoes it. */
export interface StepCommands {
  readonly kind: StepKind;
  readonly command: CommandDescriptor;
  readonly undo?: UndoDescriptor;
}

/** What a handle needs of the run behind it. */
export interface AskedRun {
  readonly sagaId: string;
  readonly startedAt: Date;
  /** Resolves when the machine says so; not at all while the saga goes back. */
  ask(step: OpenedStep, commands?: StepCommands): Promise<Json | undefined>;
}

interface Policy {
  readonly onFault?: FaultPolicy;
}

/** The handle a saga function works with, as strict about names and order as the one of the workflow. */
export function createHandle(run: AskedRun): SagaHandle {
  const state = { names: new Set<string>(), hasPivot: false };
  const line = new Line(run, state, []);
  const becomePivot = (): void => {
    if (state.hasPivot) {
      throw new SagaDefinitionError('SECOND_PIVOT', 'a saga has at most one pivot');
    }
    state.hasPivot = true;
  };
  return {
    sagaId: run.sagaId,
    startedAt: run.startedAt,
    now: () => run.startedAt,
    ...branchOf(line),
    pivot(name: StepName, command: CommandDescriptor, { onFault = 'park' }: Policy = {}) {
      becomePivot();
      return line.step(name, { kind: 'pivot', command }, onFault);
    },
    retriable(name: StepName, command: CommandDescriptor) {
      if (!state.hasPivot) {
        throw new SagaDefinitionError(
          'RETRIABLE_BEFORE_PIVOT',
          `"${stepNameOf(name)}" has no undo`,
        );
      }
      return line.step(name, { kind: 'retriable', command }, 'park');
    },
    hold: async () => {
      becomePivot();
      await line.wait(familySteps.hold, 'hold');
    },
    continueWith() {
      throw new Error('in one process a saga has one run: rehearse each of its runs by itself');
    },
    approval: async (name: StepName) => void (await line.wait(name)),
    event: (name: StepName) => line.wait(name),
  } as unknown as SagaHandle;
}

function branchOf(line: Line): BranchHandle {
  return {
    step: (
      name: StepName,
      command: CommandDescriptor,
      { undo, onFault = 'compensate' }: Policy & { readonly undo: UndoDescriptor },
    ) => line.step(name, { kind: 'compensatable', command, undo }, onFault),
    // The child is a participant like any other here: a script says what it answers.
    child: (name: StepName, { name: of }: { readonly name: string }, input: Json) => {
      const command = { kind: 'command', participant: 'sagas', command: 'runChild' } as const;
      const undo = {
        kind: 'undo',
        participant: 'sagas',
        command: 'unwindChild',
        input: {},
      } as const;
      const commands = { command: { ...command, input: { of, input } }, undo } as const;
      return line.step(name, { kind: 'compensatable', ...commands }, 'compensate');
    },
    all: (branches: Record<string, (branch: BranchHandle) => Promise<unknown>>) =>
      line.all(branches),
  } as unknown as BranchHandle;
}

/** A line of things done one after the other: the saga itself, or a branch of a parallel block. */
class Line {
  private position = 0;
  private busy = false;

  constructor(
    private readonly run: AskedRun,
    private readonly state: { readonly names: Set<string>; readonly hasPivot: boolean },
    private readonly place: Place,
  ) {}

  step(name: StepName, commands: StepCommands, onFault: FaultPolicy): Promise<unknown> {
    if (commands.kind === 'compensatable' && this.state.hasPivot) {
      throw new SagaDefinitionError('STEP_AFTER_PIVOT', `"${stepNameOf(name)}" has an undo`);
    }
    const opened = { name: this.use(name), kind: commands.kind, onFault };
    return this.alone(() => this.run.ask({ ...opened, place: this.nextPlace() }, commands));
  }

  wait(name: StepName, kind: 'wait' | 'hold' = 'wait'): Promise<Json | undefined> {
    const opened = { name: this.use(name), kind, onFault: 'compensate' } as const;
    return this.alone(() => this.run.ask({ ...opened, place: this.nextPlace() }));
  }

  all(branches: Record<string, (branch: BranchHandle) => Promise<unknown>>): Promise<object> {
    return this.alone(async () => {
      const [position] = this.nextPlace().slice(-1);
      const results = Object.entries(branches).map(async ([label, branch]) => {
        const own = new Line(this.run, this.state, [...this.place, position!, label]);
        return [label, await branch(branchOf(own))] as const;
      });
      return Object.fromEntries(await Promise.all(results));
    });
  }

  private use(name: StepName): string {
    const text = stepNameOf(name);
    assertUnused(text, this.state.names);
    this.state.names.add(text);
    return text;
  }

  private nextPlace(): Place {
    this.position += 1;
    return [...this.place, this.position - 1];
  }

  private async alone<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.busy) throw new SagaDefinitionError('STEPS_OVERLAP', 'await each step, or use all');
    this.busy = true;
    const value = await work();
    this.busy = false;
    return value;
  }
}
