import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import { sagaLimits } from '../limits';
import type { SwitchAnswer, SwitchRequest } from '../verbs';
import type { EngineActivities } from './activities';

/**
 * The workflow `saga-switch`: stops or resumes the starts of one type of saga, and answers every switch as it
 * stands. The grant is opened where the switch becomes durable; a refusal fails the workflow with its code and
 * changes nothing.
 */
export async function switchSagas(request: SwitchRequest): Promise<SwitchAnswer> {
  const { turnSwitch } = proxyActivities<EngineActivities>({
    startToCloseTimeout: sagaLimits.attemptMs,
    retry: { maximumInterval: sagaLimits.backoffMaxMs },
    summary: 'switch',
  });
  const answer = await turnSwitch(request);
  if ('refused' in answer) {
    throw ApplicationFailure.nonRetryable('the switch was not turned', answer.refused);
  }
  return answer;
}
