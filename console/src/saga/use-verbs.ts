import { answerOf } from '../gateway/problem';
import { useGateway } from '../gateway/use-gateway';
import type { SagaVerb } from './rights';

/** What is sent with a verb; which members there are depends on it. */
export interface Told {
  readonly reason: string;
  readonly key: string;
  readonly step?: string;
  readonly input?: unknown;
  readonly approved?: boolean;
}

/** Sends verbs to a saga. The key makes a verb that is sent twice one act. */
export function useVerbs(id: string): (verb: SagaVerb, told: Told) => Promise<void> {
  const { api } = useGateway();
  return async (verb, { key, ...body }) => {
    const options = {
      params: { path: { id }, header: { 'Idempotency-Key': key } },
      // Which members a verb takes the dialogs know; the gateway checks them.
      body: body as { reason: string; approved: boolean; input: unknown },
    };
    await answerOf(api.POST(`/sagas/{id}/${verb}`, options));
  };
}
