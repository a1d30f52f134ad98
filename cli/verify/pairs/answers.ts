import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { services } from '../../../activities';
import { sampleOf } from '../../../platform/contracts/sample';
import type { JsonSchema } from '../../../platform/contracts/schema';
import type { Json } from '../../../platform/kernel/json';
import type { SagaContract } from '../../../platform/saga/contract';
import type { ScriptedAnswers } from '../../../platform/testing/pairs';
import { ExploreError } from '../explore';

/**
 * The input a saga is run with: a file's, or a sample that its contract accepts. Throws {@link ExploreError} where the
 * file does not fit the contract, or a rule of the contract is written as code and no sample meets it.
 */
export function inputOf(contract: SagaContract, file: string | undefined): Json {
  if (file !== undefined) return parsedFile(contract, file);
  const schema = z.toJSONSchema(contract.input, { io: 'input' }) as JsonSchema;
  for (const least of [false, true]) {
    const parsed = contract.input.safeParse(sampleOf(schema, least));
    if (parsed.success) return parsed.data as Json;
  }
  const fix = 'write an input into a file and name it with --input';
  throw new ExploreError('INPUT_MISSING', `no sample fits the contract of ${contract.name}`, fix);
}

function parsedFile(contract: SagaContract, file: string): Json {
  const fix = `write one JSON value that the contract of ${contract.name} accepts`;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ExploreError('INPUT_UNREADABLE', `${file}: ${(error as Error).message}`, fix);
  }
  const parsed = contract.input.safeParse(value);
  if (parsed.success) return parsed.data as Json;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : `/${issue.path.join('/')}: ${issue.message}`;
  throw new ExploreError('INPUT_INVALID', `${file} does not fit, at ${where}`, fix);
}

/** What services answer: a sample of each command's result. A step that is a saga answers an empty object. */
export const sampleAnswers: ScriptedAnswers = ({ participant, command }) => {
  const contract = services.find(({ name }) => name === participant)?.commands[command];
  if (contract === undefined || !('result' in contract)) return undefined;
  return sampleOf(z.toJSONSchema(contract.result, { io: 'output' }) as JsonSchema, false);
};
