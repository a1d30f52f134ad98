import { AsyncLocalStorage } from 'node:async_hooks';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { WorkerInterceptors } from '@temporalio/worker';
import { grantHeader } from '../saga/grants/header';

/** The sealed grant that the work at hand stands on. */
const present = new AsyncLocalStorage<Uint8Array | undefined>();

/** The sealed grant that came with the activity at hand; undefined where none did. */
export function presentGrant(): Uint8Array | undefined {
  return present.getStore();
}

/** Does the work on this grant: what it starts in Temporal carries it. */
export function underGrant<Result>(grant: Uint8Array | undefined, work: () => Result): Result {
  return present.run(grant, work);
}

/** Gives every workflow that is started the grant at hand. */
export const grantClientInterceptor: WorkflowClientInterceptor = {
  start(input, next) {
    const grant = presentGrant();
    if (grant === undefined) return next(input);
    const payload = defaultPayloadConverter.toPayload(grant);
    return next({ ...input, headers: { ...input.headers, [grantHeader]: payload } });
  },
};

/** For every worker: an activity stands on the grant that came with it, and so does what it starts. */
export const grantWorkerInterceptors: WorkerInterceptors = {
  client: { workflow: [grantClientInterceptor] },
  activity: [
    () => ({
      inbound: {
        execute(input, next) {
          const payload = input.headers[grantHeader];
          const grant =
            payload === undefined
              ? undefined
              : defaultPayloadConverter.fromPayload<Uint8Array>(payload);
          return underGrant(grant, () => next(input));
        },
      },
    }),
  ],
};
