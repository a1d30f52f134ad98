import type { z } from 'zod';

/**
 * A value of the request that must exist elsewhere before the saga starts. The gateway looks it up, so that a typing
 * error is a 4xx answer and not a compensated saga. A star in a
 * pointer stands for every item of a list.
 */
export interface Reference {
  /** JSON pointer into the request, for example /orderId. */
  readonly pointer: string;
  readonly service: string;
  /** Path of the service's API; `:value` is replaced by the value pointed at. */
  readonly path: string;
  readonly code: string;
  /** Members of what was found that must equal a value of the request. */
  readonly matches?: readonly {
    readonly field: string;
    readonly pointer: string;
    readonly code: string;
  }[];
}

/** Members of a saga's input that may be a sealed text; any name where the input is not known. */
type SealedMember<Input> = unknown extends Input
  ? string
  : {
      [Name in keyof Input]-?: Exclude<Input[Name], undefined> extends string ? Name : never;
    }[keyof Input];

/** What everybody may know of a saga: its name, its request and who may start it. */
export interface SagaContract<Input extends z.ZodType = z.ZodType> {
  /** Kebab-case, unique; the workflow type and the route `/sagas/<name>`. */
  readonly name: string;
  readonly title: string;
  readonly input: Input;
  /** Roles that may start it; an empty list is for sagas that are children only, and starts no gateway otherwise. */
  readonly roles: readonly string[];
  /** It is started by other sagas, as a step of them, and never by a request; `roles` is empty then. */
  readonly childOnly?: true;
  /** Names the business object in ids and lists, for example the order id. */
  businessKey(input: z.output<Input>): string;
  /** Members of the input that are filled from the caller's token, never from the request. */
  readonly fromCaller?: { readonly [member: string]: 'subject' };
  /**
   * Members that belong to a person, as a request has them. The gateway seals each with the key of the caller, and the
   * input has the sealed text (`sealedText`): nobody behind the gateway can read it.
   */
  readonly personal?: { readonly [Name in SealedMember<z.output<Input>>]?: z.ZodType };
  readonly references?: readonly Reference[];
  /** Absolute deadline counted from the start; the saga compensates when it passes before the pivot. */
  readonly deadlineMs: number;
  /**
   * What its steps before the point of no return ask for, the pivot too: `<participant>.<command>`. Only these are in
   * the grant that it is started with; a step that is missing here is refused with `GRANT_INVALID`.
   */
  readonly sends?: readonly `${string}.${string}`[];
  /** Contracts of the sagas that are steps of it. */
  readonly children?: readonly SagaContract[];
  /** What waits with `freezesDeadline` may add to its deadline at most, milliseconds; its grant lasts as long. */
  readonly frozenMs?: number;
}

/** Declares a saga's contract; the gateway and the saga file both build on it. */
export function defineSagaContract<Input extends z.ZodType>(
  contract: SagaContract<Input>,
): SagaContract<Input> {
  return contract;
}
