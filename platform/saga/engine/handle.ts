import type { z } from 'zod';
import type { CommandDescriptor, UndoDescriptor } from '../../kernel/contract';
import type { StepKind } from '../../kernel/step';
import type {
  ApprovalOptions,
  BranchHandle,
  CompensatableWay,
  EventOptions,
  ParkingWay,
  PivotPolicy,
  RetriablePolicy,
  SagaHandle,
} from '../define';
import type { SagaContract } from '../contract';
import type { FaultPolicy } from '../machine/state';
import { familySteps, SagaDefinitionError, stepNameOf } from '../plan/names';
import type { StepName } from '../plan/names';
import type { Json } from '../../kernel/json';
import { childParts, childResult, commitParts, releaseParts, standingChildren } from './child';
import { askToContinue } from './continue';
import { positionsBefore } from './continued';
import { openHold, openStep, openWait } from './open';
import { asJson } from './saga-run';
import type { SagaRun } from './saga-run';
import { Sequence } from './sequence';

/**
 * Runs the saga function, and then what its family needs: a child waits for its parent, and the children of this saga
 * are let go once nothing can turn it back any more.
 */
export async function runFunction(run: SagaRun): Promise<unknown> {
  const sequence = new Sequence([], positionsBefore(run.start));
  const { step } = handleParts(run, sequence);
  const result = await run.definition.run(createHandle(run, sequence), run.input);
  if (run.start.parent !== undefined && !run.names.has(familySteps.hold)) {
    await holdWith(run, sequence, result);
  }
  const children = standingChildren(run);
  if (children.length === 0) return result;
  if (run.start.parent === undefined && !hasPivot(run)) {
    await step(familySteps.commit, commitParts(run));
  }
  await step(familySteps.release, releaseParts(run, children));
  return result;
}

/** A child answers its parent, and waits for what that decides. */
async function holdWith(run: SagaRun, sequence: Sequence, answer: unknown): Promise<void> {
  run.held = asJson(answer);
  await openHold(run, sequence, familySteps.hold);
}

/** The handle a saga function works with. */
function createHandle(run: SagaRun, sequence: Sequence): SagaHandle {
  const { branch, step } = handleParts(run, sequence);
  return {
    sagaId: run.sagaId,
    startedAt: new Date(run.startedAt),
    ...branch,
    pivot<Result>(name: StepName, command: CommandDescriptor<Result>, policy: PivotPolicy = {}) {
      assertOnlyPivot(run);
      if (run.start.parent !== undefined) {
        throw new SagaDefinitionError('PIVOT_IN_CHILD', 'the parent of a child saga decides');
      }
      const { onFault = 'park', ...patience } = policy;
      return step(name, { kind: 'pivot', command, onFault, patience }) as Promise<Result>;
    },
    retriable<Result>(
      name: StepName,
      command: CommandDescriptor<Result>,
      patience: RetriablePolicy = {},
    ) {
      assertPlace(run, 'after', 'RETRIABLE_BEFORE_PIVOT', `"${stepNameOf(name)}" has no undo`);
      const what = { kind: 'retriable', command, onFault: 'park', patience } as const;
      return step(name, what) as Promise<Result | undefined>;
    },
    async hold(answer?: unknown) {
      assertOnlyPivot(run);
      if (run.start.parent === undefined) await step(familySteps.commit, commitParts(run));
      else await sequence.exclusively(() => holdWith(run, sequence, answer));
    },
    async approval(name: StepName, options: ApprovalOptions) {
      await wait(run, sequence, name, { kind: 'approval', ...options });
    },
    continueWith: (input: unknown) => sequence.exclusively(() => askToContinue(run, input)),
    event: (name: StepName, options: EventOptions) =>
      wait(run, sequence, name, { kind: 'event', ...options }) as Promise<Json>,
  };
}

/** What a step is made of, before it has a name and a place. */
export interface StepParts {
  readonly kind: StepKind;
  readonly command: CommandDescriptor;
  readonly undo?: UndoDescriptor;
  readonly onFault: FaultPolicy;
  readonly patience: RetriablePolicy;
  /** Of a step that is a saga: the time its contract gives it, milliseconds. */
  readonly childDeadlineMs?: number;
}

interface HandleParts {
  readonly branch: BranchHandle;
  readonly step: (name: StepName, parts: StepParts) => Promise<Json | undefined>;
}

function handleParts(run: SagaRun, sequence: Sequence): HandleParts {
  const step: HandleParts['step'] = (name, parts) =>
    sequence.exclusively(() => openStep(run, sequence, name, parts));
  const branch: BranchHandle = {
    step<Result>(name: StepName, command: CommandDescriptor, way: CompensatableWay | ParkingWay) {
      assertPlace(run, 'before', 'STEP_AFTER_PIVOT', `"${stepNameOf(name)}" has an undo`);
      const { undo, onFault = 'compensate', ...patience } = way;
      const parts = { kind: 'compensatable', command, undo, onFault, patience } as const;
      return step(name, parts) as Promise<Result>;
    },
    async child<Input extends z.ZodType>(
      name: StepName,
      contract: SagaContract<Input>,
      input: z.input<Input>,
    ) {
      const text = stepNameOf(name);
      assertPlace(run, 'before', 'STEP_AFTER_PIVOT', `"${text}" has an undo`);
      const parts = childParts(run, text, contract, input);
      return childResult(await step(name, parts));
    },
    all<Branches extends Record<string, (branch: BranchHandle) => Promise<unknown>>>(
      branches: Branches,
    ) {
      return sequence.inBranches(branches, (own, work) =>
        work(handleParts(run, own).branch),
      ) as Promise<{ [Key in keyof Branches]: Awaited<ReturnType<Branches[Key]>> }>;
    },
  };
  return { branch, step };
}

function wait(
  run: SagaRun,
  sequence: Sequence,
  name: StepName,
  options: ({ kind: 'approval' } & ApprovalOptions) | ({ kind: 'event' } & EventOptions),
): Promise<unknown> {
  assertPlace(run, 'before', 'WAIT_AFTER_PIVOT', `"${stepNameOf(name)}" may turn the saga back`);
  return sequence.exclusively(() => openWait(run, sequence, name, options));
}

function assertOnlyPivot(run: SagaRun): void {
  if (hasPivot(run)) throw new SagaDefinitionError('SECOND_PIVOT', 'a saga has one pivot');
}

/** A child's pivot is its parent's decision. */
function hasPivot({ names, steps }: SagaRun): boolean {
  if (names.has(familySteps.hold)) return true;
  return [...names].some((name) => steps.get(name)?.kind === 'pivot');
}

/** The saga function has passed its pivot, whatever an earlier run of it had passed. */
function assertPlace(
  run: SagaRun,
  place: 'before' | 'after',
  code: ConstructorParameters<typeof SagaDefinitionError>[0],
  message: string,
): void {
  if ((place === 'after') === hasPivot(run)) return;
  throw new SagaDefinitionError(code, message);
}
