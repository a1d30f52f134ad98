import type { Headers, WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { grantHeader } from './header';

/**
 * Carries the grant from the start of a saga to everything it asks for. Temporal drops headers otherwise. They are no
 * part of what a replay compares: a history that was recorded without them replays as it is.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let carried: Headers = {};
  const withGrant = <Input extends { readonly headers: Headers }>(input: Input): Input => ({
    ...input,
    headers: { ...input.headers, ...carried },
  });
  return {
    inbound: [
      {
        async execute(input, next) {
          const grant = input.headers[grantHeader];
          carried = grant === undefined ? {} : { [grantHeader]: grant };
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(withGrant(input)),
        scheduleLocalActivity: (input, next) => next(withGrant(input)),
        startChildWorkflowExecution: (input, next) => next(withGrant(input)),
        continueAsNew: (input, next) => next(withGrant(input)),
      },
    ],
  };
};
