import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import { sagaLimits } from '../limits';
import type { RevokeAnswer, RevokeRequest } from '../verbs';
import type { EngineActivities } from './activities';

/**
 * The workflow `revoke-grants`: what was granted for a person is good for nothing new from then on. The grant of
 * whoever asks is opened where the revocation becomes durable; a refusal fails the workflow with its code and changes
 * nothing.
 */
export async function revokeGrantsOf(request: RevokeRequest): Promise<RevokeAnswer> {
  const { revokeGrants } = proxyActivities<EngineActivities>({
    startToCloseTimeout: sagaLimits.attemptMs,
    retry: { maximumInterval: sagaLimits.backoffMaxMs },
    summary: 'revoke',
  });
  const answer = await revokeGrants(request);
  if ('refused' in answer) {
    throw ApplicationFailure.nonRetryable('nothing was revoked', answer.refused);
  }
  return answer;
}
