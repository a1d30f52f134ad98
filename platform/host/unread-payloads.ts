import { defaultFailureConverter } from '@temporalio/common';
import type { LoadedDataConverter } from '@temporalio/common';

/**
 * For clients that ask Temporal which workflows there are and how they stand, and have no business with what is in
 * them: they need no key, and a workflow of somebody else whose payloads would be refused cannot stop them. Memos,
 * summaries and results read as undefined; what such a client starts or sends has no arguments.
 */
export const unreadPayloads: LoadedDataConverter = {
  payloadConverter: {
    toPayload: () => ({ metadata: { encoding: Buffer.from('binary/null') } }),
    fromPayload: <Value>() => undefined as Value,
  },
  failureConverter: defaultFailureConverter,
  payloadCodecs: [],
};
