import { z } from 'zod';
import { command, undo } from '../../kernel/contract';
import type { Json } from '../../kernel/json';

const text = z.string().max(300);
const nothing = z.strictObject({});
/** Any JSON; what it means is the business of whoever reads it. */
const json = z.unknown() as unknown as z.ZodType<Json>;

/** The saga that asks; its generation is in the epoch of its message. */
const parent = { sagaId: text, saga: text, workflowId: text };
const whileOpen = ['SAGA_UNKNOWN', 'SAGA_FINISHED', 'GENERATION_OVER'] as const;

/** How a child saga ended that did not hold, as the step of its parent is refused. */
export const childRefusals = [
  'CHILD_COMPENSATED',
  'CHILD_CANCELLED',
  /** It was closed before it wrote its start: its saga is unknown to the worker, or its start is unusable. */
  'CHILD_NOT_STARTED',
] as const;

/** What a parent may decide about a child saga: let stand what it did, or take it back. */
export const childVerdict = z.enum(['release', 'unwind']);
export type ChildVerdict = z.output<typeof childVerdict>;

/**
 * Commands of the journal's participant by which a saga has other sagas as its steps. The child is what they call
 * outside: intent, call and answer, like any call that leaves the database.
 */
export const childCommands = {
  /** Starts the child, and is done when it holds: all of its steps are done and await the parent's decision. */
  runChild: command({
    input: z.strictObject({
      ...parent,
      step: text,
      /** Name of the child's saga. */
      of: text,
      /** Workflow id of the child at epoch 0; `childIdOf` says what a later epoch makes of it. */
      child: text,
      businessKey: text,
      /** Workflow id of the saga that has no parent: what everything of its family is correlated by. */
      family: text.optional(),
      /** Milliseconds since 1970. */
      deadlineAtMs: z.number(),
      input: json,
      /** `SagaPace` of the parent. */
      pace: json.optional(),
    }),
    result: z.strictObject({ child: text, result: json }),
    refusals: [...whileOpen, ...childRefusals],
  }),
  /** The child undoes everything it did. */
  unwindChild: undo({ input: z.strictObject({}), of: 'runChild' }),
  /** Point of no return of a saga that has children and no pivot of its own. */
  commit: command({ input: z.strictObject(parent), result: nothing, refusals: whileOpen }),
  /** What the children did stands for good; they end. */
  releaseChildren: command({
    input: z.strictObject({ ...parent, children: z.array(text) }),
    result: nothing,
    refusals: ['SAGA_UNKNOWN', 'CHILD_COMPENSATED', 'CHILD_CANCELLED'],
  }),
  /** A child's parent has decided; written to the child's own aggregate, and never changed again. */
  ruled: command({
    input: z.strictObject({ ...parent, verdict: childVerdict, parent: text }),
    result: nothing,
    refusals: ['SAGA_UNKNOWN', 'SAGA_FINISHED', 'NOT_ITS_PARENT', 'VERDICT_GIVEN'],
  }),
  /** No saga will ever start under this workflow id. */
  shut: command({
    input: z.strictObject({ workflowId: text, reason: z.enum(['GIVEN_UP', 'NOT_STARTED']) }),
    result: nothing,
    refusals: ['BUSINESS_KEY_USED'],
  }),
} as const;

/** Workflow id of a child: a step that is done again after it was undone is another child. */
export function childIdOf(child: string, epoch: number): string {
  return epoch === 0 ? child : `${child}.${epoch}`;
}
