import type { z } from 'zod';
import type { CommandContract, ContractCommands, UndoContract } from '../kernel/contract';
import { Fault } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { StepMessage } from '../kernel/step';
import { everyStep } from './closing';

/** A message whose command exists and whose input fits; `input` is the parsed one, and what is hashed. */
export type ParsedMessage =
  | { readonly kind: 'forward'; readonly contract: CommandContract; readonly input: Json }
  | { readonly kind: 'undo'; readonly contract: UndoContract }
  | { readonly kind: 'settle'; readonly contract: CommandContract };

/**
 * Checks a message against the contract before the database is asked anything. Throws `COMMAND_UNKNOWN` where the
 * contract has no such command of the message's kind, and `COMMAND_INVALID` with the pointer of the first bad member.
 * A settle carries no input of its own: it is decided by the row alone.
 */
export function parseMessage(commands: ContractCommands, message: StepMessage): ParsedMessage {
  if (message.step === everyStep) {
    throw new Fault('COMMAND_INVALID', `/step: "${everyStep}" is the closing's, name it otherwise`);
  }
  const contract = Object.hasOwn(commands, message.command) ? commands[message.command] : undefined;
  const wanted = message.kind === 'undo' ? 'undo' : 'command';
  if (contract?.kind !== wanted) {
    throw new Fault('COMMAND_UNKNOWN', `no ${wanted} is named "${message.command}"`);
  }
  if (contract.kind === 'undo') {
    parseInput(contract.input, message.input);
    return { kind: 'undo', contract };
  }
  if (message.kind === 'settle') return { kind: 'settle', contract };
  return { kind: 'forward', contract, input: parseInput(contract.input, message.input) };
}

/** Parses an input; throws `COMMAND_INVALID`. */
export function parseInput(schema: z.ZodType, input: unknown): Json {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data as Json;
  const issue = parsed.error.issues[0];
  throw new Fault('COMMAND_INVALID', `/${issue?.path.join('/') ?? ''}: ${issue?.message ?? ''}`);
}
