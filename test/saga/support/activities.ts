import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { isFault } from '../../../platform/kernel/faults';
import type { StepAnswer, StepMessage } from '../../../platform/kernel/step';

type StepActivity = (message: StepMessage) => Promise<StepAnswer>;

/** Activities of one participant, as its worker would offer them: refusals and faults cross as coded failures. */
export function activitiesOf(
  participant: string,
  commands: readonly string[],
  handle: (message: StepMessage) => Promise<StepAnswer>,
): Record<string, StepActivity> {
  const activity: StepActivity = async (message) => {
    const answer = await handle(message).catch(asFailure);
    if (answer.answer !== 'refused') return answer;
    const { code, detail } = answer;
    throw ApplicationFailure.create({
      type: code,
      message: detail,
      nonRetryable: true,
      category: ApplicationFailureCategory.BENIGN,
      details: [{ kind: 'refusal', code, detail }],
    });
  };
  return Object.fromEntries(
    [...commands, 'settle'].map((name) => [`${participant}.${name}`, activity]),
  );
}

function asFailure(error: unknown): never {
  if (!isFault(error)) throw error;
  throw ApplicationFailure.create({
    type: error.code,
    message: (error as Error).message,
    nonRetryable: error.action !== 'retry',
    details: [{ kind: 'fault', code: error.code, action: error.action }],
  });
}
