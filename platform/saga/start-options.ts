import { defineSearchAttributeKey } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import type { SagaMemo, SagaStart, StepRoute } from './wire';

const keyword = (name: string) => defineSearchAttributeKey(name, 'KEYWORD');

/** Search attributes that a saga has from its start. */
export const startAttributes = {
  name: keyword('SagaName'),
  state: keyword('SagaState'),
  businessKey: keyword('BusinessKey'),
  owner: keyword('Owner'),
} as const;

/** How messages of a saga go that this process starts; said only where it is not by queue. */
export function stepsOf(config: { readonly HOLDFAST_STEPS: StepRoute }): Pick<SagaStart, 'steps'> {
  return config.HOLDFAST_STEPS === 'queue' ? {} : { steps: config.HOLDFAST_STEPS };
}

/** A saga that is to be started. */
export interface SagaToStart {
  readonly saga: string;
  readonly start: SagaStart;
  /** Queue of the orchestrators. */
  readonly taskQueue: string;
  /** How the saga is called before its business key. */
  readonly title: string;
}

/** How a saga is started, whoever starts it: what is found in lists, and what a repeated start is compared with. */
export function sagaStartOptions({ saga, start, taskQueue, title }: SagaToStart) {
  const { owner, businessKey, requestHash } = start;
  const memo: SagaMemo = { requestHash, owner, businessKey };
  const typedSearchAttributes: SearchAttributePair[] = [
    { key: startAttributes.name, value: saga },
    { key: startAttributes.state, value: 'running' },
    { key: startAttributes.businessKey, value: businessKey },
    { key: startAttributes.owner, value: owner },
  ];
  return {
    taskQueue,
    args: [start],
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    memo: { ...memo },
    typedSearchAttributes,
    staticSummary: `${title}: ${businessKey}`,
  };
}
