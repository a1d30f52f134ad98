import type { z } from 'zod';
import type { Json } from './json';

/** A command as data: what a saga hands to the engine, and what anything can inspect. */
export interface CommandDescriptor<Result = unknown> {
  readonly kind: 'command';
  readonly participant: string;
  readonly command: string;
  readonly input: Json;
  /** Type only, never set: what the participant answers. */
  readonly resultType?: Result;
}

/** The command that semantically undoes a step. It reverses the recorded effect and has no refusals. */
export interface UndoDescriptor {
  readonly kind: 'undo';
  readonly participant: string;
  readonly command: string;
  readonly input: Json;
}

/** A command that may be refused, with its closed list of refusals. */
export interface CommandContract<
  Input extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  readonly kind: 'command';
  readonly input: Input;
  readonly result: Result;
  readonly refusals: readonly string[];
}

/** A command that reverses `of`; it answers undone, no effect, or the fault `UNDO_IMPOSSIBLE`. */
export interface UndoContract<Input extends z.ZodType = z.ZodType> {
  readonly kind: 'undo';
  readonly input: Input;
  readonly of: string;
}

export type ContractCommands = Record<string, CommandContract | UndoContract>;

type Builder<Definition> =
  Definition extends CommandContract<infer Input, infer Result>
    ? (input: z.input<Input>) => CommandDescriptor<z.output<Result>>
    : Definition extends UndoContract<infer Input>
      ? (input: z.input<Input>) => UndoDescriptor
      : never;

/** A participant's contract: a builder of descriptors per command, and the definitions behind them. */
export type Participant<
  Name extends string = string,
  Commands extends ContractCommands = ContractCommands,
> = {
  readonly [Key in keyof Commands]: Builder<Commands[Key]>;
} & { readonly contract: { readonly name: Name; readonly commands: Commands } };

/** Declares a command that goes forward. `refusals` is closed: any other business "no" is a bug. */
export function command<Input extends z.ZodType, Result extends z.ZodType>(definition: {
  input: Input;
  result: Result;
  refusals: readonly string[];
}): CommandContract<Input, Result> {
  return { kind: 'command', ...definition };
}

/** Declares the command that undoes the command named `of`. */
export function undo<Input extends z.ZodType>(definition: {
  input: Input;
  of: string;
}): UndoContract<Input> {
  return { kind: 'undo', ...definition };
}

/**
 * Builds a participant from its commands: `payments.capture({ orderId })` is then a descriptor.
 * Descriptors are plain data; the participant parses their input again at its own edge.
 */
export function defineParticipant<Name extends string, Commands extends ContractCommands>(
  name: Name,
  commands: Commands,
): Participant<Name, Commands> {
  const builders = Object.fromEntries(
    Object.entries(commands).map(([key, definition]) => [
      key,
      (input: Json) => ({ kind: definition.kind, participant: name, command: key, input }),
    ]),
  );
  return { ...builders, contract: { name, commands } } as unknown as Participant<Name, Commands>;
}
