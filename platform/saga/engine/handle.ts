import type { CommandDescriptor, UndoDescriptor } from '../../kernel/contract';
import type { BranchHandle, SagaHandle } from '../define';
import { assertUnused, SagaDefinitionError, stepNameOf } from '../plan/names';
import type { StepName } from '../plan/names';
import type { Place } from '../plan/way-back';
import { approval } from './approval';
import { forward } from './forward';
import { never, now } from './saga-run';
import type { EngineStep, SagaRun } from './saga-run';

/** The handle a saga function works with. */
export function createHandle(run: SagaRun): SagaHandle {
  const sequence = new Sequence(run, []);
  return {
    sagaId: run.sagaId,
    now: () => new Date(),
    ...branchHandle(sequence),
    pivot: <Result>(name: StepName, command: CommandDescriptor<Result>) => {
      if (run.direction.pointOfNoReturn !== 'open') {
        throw new SagaDefinitionError('SECOND_PIVOT', 'a saga has at most one pivot');
      }
      return sequence.step<Result>(name, { kind: 'pivot', command });
    },
    retriable: <Result>(name: StepName, command: CommandDescriptor<Result>) => {
      if (run.direction.pointOfNoReturn !== 'confirmed') {
        throw new SagaDefinitionError(
          'RETRIABLE_BEFORE_PIVOT',
          `"${stepNameOf(name)}" has no undo`,
        );
      }
      return sequence.step<Result | undefined>(name, { kind: 'retriable', command });
    },
    approval: (name, options) =>
      sequence.exclusively(() => approval(run, sequence.open(name), options)),
  };
}

function branchHandle(sequence: Sequence): BranchHandle {
  return {
    step: <Result>(
      name: StepName,
      command: CommandDescriptor<Result>,
      { undo }: { readonly undo: UndoDescriptor },
    ) => sequence.step<Result>(name, { kind: 'compensatable', command, undo }),
    all: (branches) => sequence.all(branches),
  };
}

/** A line of things done one after the other: the saga itself, or a branch of a parallel block. */
class Sequence {
  private position = 0;
  private busy = false;

  constructor(
    private readonly run: SagaRun,
    private readonly place: Place,
  ) {}

  /** Checks the name and gives it its place; throws at once when it was used before. */
  open(name: StepName): { readonly name: string; readonly place: Place } {
    const text = stepNameOf(name);
    assertUnused(text, new Set(this.run.book.map((step) => step.name)));
    return { name: text, place: this.nextPlace() };
  }

  step<Result>(name: StepName, what: Omit<EngineStep, 'name'>): Promise<Result> {
    return this.exclusively(async () => {
      if (what.kind === 'compensatable' && this.run.direction.pointOfNoReturn !== 'open') {
        throw new SagaDefinitionError('STEP_AFTER_PIVOT', `"${stepNameOf(name)}" has an undo`);
      }
      if (this.run.direction.turn !== undefined) return never();
      const opened = this.open(name);
      const step: EngineStep = { name: opened.name, ...what };
      const { participant, command } = what.command;
      // The way back is planned before the command is sent: a lost reply may hide a finished step.
      this.run.steps.set(step.name, step);
      this.run.open({ ...opened, kind: what.kind, participant, command, startedAt: now() });
      return (await forward(this.run, step)) as Result;
    });
  }

  all<Branches extends Record<string, (branch: BranchHandle) => Promise<unknown>>>(
    branches: Branches,
  ): Promise<{ [Key in keyof Branches]: Awaited<ReturnType<Branches[Key]>> }> {
    return this.exclusively(async () => {
      const [position] = this.nextPlace().slice(-1);
      const results = await Promise.all(
        Object.entries(branches).map(async ([label, branch]) => {
          const place = [...this.place, position!, label];
          return [label, await branch(branchHandle(new Sequence(this.run, place)))] as const;
        }),
      );
      return Object.fromEntries(results) as {
        [Key in keyof Branches]: Awaited<ReturnType<Branches[Key]>>;
      };
    });
  }

  /** One thing at a time: what overlaps belongs into `all`, which knows how to undo it. */
  async exclusively<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.busy) {
      throw new SagaDefinitionError('STEPS_OVERLAP', 'await each step, or use all({ … })');
    }
    this.busy = true;
    const value = await work();
    this.busy = false;
    return value;
  }

  private nextPlace(): Place {
    const place = [...this.place, this.position];
    this.position += 1;
    return place;
  }
}
