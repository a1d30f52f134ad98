import path from 'node:path';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import type {
  DataConverter,
  Payload,
  PayloadCodec,
  SerializationContext,
} from '@temporalio/common';
import { faults } from '../../kernel/faults';
import { EnvelopeRefused } from './envelope';
import type { EnvelopeRefusal } from './envelope';
import { openPayload, sealPayload } from './temporal-payload';
import type { WorkflowPlace } from './temporal-payload';
import type { KeySet } from './vault';

export interface TemporalCodecOptions {
  /** Keys of the purpose `temporal`. */
  readonly keys: KeySet;
  /** Where payloads are sealed for that the SDK gives without a context. */
  readonly namespace: string;
  /** Told of every refusal: a metric, and for `KEY` a reason to ask the key store again. */
  readonly refused?: (reason: EnvelopeRefusal) => void;
}

/** Set where the SDK looks for it, in a process and in the bundle of the sagas. */
export const failureConverterPath = path.join(__dirname, 'failure-converter');

/** What every client and worker of ours speaks to Temporal with: sealed payloads, sealed messages of failures. */
export function temporalConverter(options: TemporalCodecOptions): DataConverter {
  return { payloadCodecs: [createTemporalCodec(options)], failureConverterPath };
}

/**
 * Seals every payload for its workflow and opens it there and nowhere else: plaintext is refused, and so is a payload
 * of another workflow. The workflow is the one the SDK names, never the one a payload names. Where the SDK names none,
 * nothing is opened, and what is sealed only a person can read. The server's own word on an activity that was
 * cancelled before it began is read as nothing.
 *
 * Throws application failures, so that an activity whose input cannot be opened fails with a code: `CIPHERTEXT_REFUSED`
 * is not tried again, `KEYS_UNAVAILABLE` is. In a workflow either fails the task, which Temporal repeats.
 */
export function createTemporalCodec(options: TemporalCodecOptions): PayloadCodec {
  const { keys, namespace, refused } = options;
  return {
    async encode(payloads, context) {
      const key = keys.current();
      if (key === undefined) throw unavailable('no key to seal payloads with is known');
      const place = placeOf(context) ?? { namespace, workflowId: '' };
      return payloads.map((payload) => sealPayload(payload, key, place));
    },
    async decode(payloads, context) {
      try {
        const place = placeOf(context);
        if (place === undefined) throw new EnvelopeRefused('AUTHENTICATION');
        const open = (payload: Payload) => openPayload(payload, (id) => keys.byId(id), place);
        return payloads.map((payload) => (isServers(payload, context) ? nothing : open(payload)));
      } catch (error) {
        if (!(error instanceof EnvelopeRefused)) throw error;
        refused?.(error.reason);
        if (error.reason === 'KEY') throw unavailable('the key of a payload is not known');
        throw ciphertextRefused(error.reason);
      }
    },
  };
}

/** What Temporal's server puts into the details of an activity that was cancelled before anybody had begun it. */
const notStarted = '"ACTIVITY_ID_NOT_STARTED"';
const nothing = defaultPayloadConverter.toPayload(undefined);

/**
 * The one payload that the server writes by itself, which has no key. It is read as nothing: whoever forges it gains no
 * more than by an answer without any payload, which needs no key either. Refused, it would hold its workflow for ever.
 */
function isServers({ metadata, data }: Payload, context: SerializationContext | undefined) {
  const encoding = Buffer.from(metadata?.encoding ?? []).toString();
  return (
    context?.type === 'activity' &&
    encoding === 'json/plain' &&
    Buffer.from(data ?? []).toString() === notStarted
  );
}

function placeOf(context: SerializationContext | undefined): WorkflowPlace | undefined {
  if (!context?.workflowId) return undefined;
  return { namespace: context.namespace, workflowId: context.workflowId };
}

function unavailable(what: string): ApplicationFailure {
  return failureOf('KEYS_UNAVAILABLE', `${what}; look at the key store`);
}

function ciphertextRefused(reason: EnvelopeRefusal): ApplicationFailure {
  const failure = failureOf('CIPHERTEXT_REFUSED', `a payload was refused (${reason})`);
  // The SDK marks every failure to read an activity's input as one to try again: this one keeps its word.
  const kept = { get: () => true, set: () => undefined, enumerable: true };
  return Object.defineProperty(failure, 'nonRetryable', kept);
}

/** As a participant's own faults cross, so that a saga knows who acts next. */
function failureOf(code: 'KEYS_UNAVAILABLE' | 'CIPHERTEXT_REFUSED', message: string) {
  const { action } = faults[code];
  return ApplicationFailure.create({
    type: code,
    message: `${code}: ${message}`,
    details: [{ kind: 'fault', code, action }],
  });
}
