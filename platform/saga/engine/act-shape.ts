import { ApplicationFailure } from '@temporalio/workflow';
import type { SignedVerb, Verb } from '../verbs';

/** A rejected update: its failure type is the code. */
export function rejected(code: string, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, code);
}

/** Throws `VERB_INVALID` for an argument that no saga could use; the grant itself is opened by the journal. */
export function assertShape(verb: Verb, signed: Partial<SignedVerb> | undefined): void {
  const problem = shapeProblem(verb, signed);
  if (problem !== undefined) throw rejected('VERB_INVALID', problem);
}

function shapeProblem(verb: Verb, signed: Partial<SignedVerb> | undefined): string | undefined {
  if (typeof signed !== 'object' || signed === null) return 'the argument is missing';
  if (!isText(signed.grant, 16_000)) return 'grant: 1 to 16,000 characters';
  if (!/^[A-Za-z0-9_-]{16,64}$/.test(String(signed.jti))) return 'jti: 16 to 64 of [A-Za-z0-9_-]';
  if (!isText(signed.reason, 500)) return 'reason: 1 to 500 characters';
  if (signed.step !== undefined && !isText(signed.step, 100)) return 'step: 1 to 100 characters';
  if (verb === 'retry-with-input' && signed.input === undefined) return 'input is missing';
  if (verb === 'decide' && typeof signed.approved !== 'boolean') return 'approved is missing';
  return undefined;
}

function isText(text: unknown, lengthMax: number): boolean {
  return typeof text === 'string' && text.length > 0 && text.length <= lengthMax;
}
