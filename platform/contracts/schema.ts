import { z } from 'zod';
import type { CommandContract, UndoContract } from '../kernel/contract';
import type { Json } from '../kernel/json';

/** A JSON schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: Json };

/** One command of a contract as data: what a version file holds, and what two versions are compared by. */
export interface CommandSchema {
  /** `<participant>.<command>`, the name of its activity, for example `payments.capture`. */
  readonly name: string;
  readonly kind: 'command' | 'undo';
  readonly input: JsonSchema;
  /** Absent for an undo. */
  readonly result?: JsonSchema;
  /** Ascending; absent for an undo. */
  readonly refusals?: readonly string[];
  /** The command it undoes; absent for a command. */
  readonly of?: string;
}

/** Every command of one participant. */
export interface ParticipantCommands {
  readonly name: string;
  readonly commands: Readonly<Record<string, CommandContract | UndoContract>>;
}

/**
 * The contract's commands as data. A refinement written as code (`superRefine`) is not in a JSON schema: it is held by
 * the golden messages alone.
 */
export function commandSchemas({ name, commands }: ParticipantCommands): readonly CommandSchema[] {
  return Object.entries(commands).map(([command, contract]) => {
    const input = schemaOf(contract.input, 'input');
    const named = { name: `${name}.${command}`, kind: contract.kind, input };
    if (contract.kind === 'undo') return { ...named, of: contract.of };
    const result = schemaOf(contract.result, 'output');
    return { ...named, result, refusals: [...contract.refusals].sort() };
  });
}

function schemaOf(type: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const schema = z.toJSONSchema(type, { io }) as Record<string, Json>;
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => keyword !== '$schema'));
}
