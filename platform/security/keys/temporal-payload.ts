import type { Payload } from '@temporalio/common';
import { derivedKey, EnvelopeRefused, keyIdOf, openBytes, sealBytes } from './envelope';
import type { DataKey } from './envelope';

/** How a sealed payload is marked: names of its metadata, and the value of the first. All of it is readable. */
export const sealedPayload = {
  encoding: 'encoding',
  encodingValue: 'binary/holdfast-sealed',
  keyId: 'key-id',
  /** Empty where a payload belongs to no workflow that the SDK names: no workflow opens it. */
  workflowId: 'workflow-id',
} as const;

/** The workflow that payloads belong to. Never a type or an activity: who reads for people knows neither. */
export interface WorkflowPlace {
  readonly namespace: string;
  readonly workflowId: string;
}

/**
 * Seals data and metadata of a payload for one workflow, with a key that is derived for that workflow alone. Its
 * length can be seen, and whose it is; a payload grows by about a third and 150 bytes.
 */
export function sealPayload(payload: Payload, key: DataKey, place: WorkflowPlace): Payload {
  const sealed = sealBytes(pack(payload), keyOfWorkflow(key, place), placeOf(place));
  const text = (value: string) => Buffer.from(value);
  return {
    metadata: {
      [sealedPayload.encoding]: text(sealedPayload.encodingValue),
      [sealedPayload.keyId]: text(key.id),
      [sealedPayload.workflowId]: text(place.workflowId),
    },
    data: text(sealed),
  };
}

/** Opens what {@link sealPayload} made for the same workflow; throws {@link EnvelopeRefused} for everything else. */
export function openPayload(
  payload: Payload,
  keyOf: (id: string) => DataKey | undefined,
  place: WorkflowPlace,
): Payload {
  if (markOf(payload, 'encoding') !== sealedPayload.encodingValue) {
    throw new EnvelopeRefused('FORMAT');
  }
  const sealed = textOf(payload.data);
  if (markOf(payload, 'keyId') !== keyIdOf(sealed)) throw new EnvelopeRefused('FORMAT');
  const derived = (id: string) => {
    const key = keyOf(id);
    return key === undefined ? undefined : keyOfWorkflow(key, place);
  };
  return unpack(openBytes(sealed, derived, placeOf(place)));
}

/** Workflow id that a sealed payload says it belongs to; undefined for one that is not sealed. A claim until opened. */
export function workflowOf(payload: Payload): string | undefined {
  const isSealed = markOf(payload, 'encoding') === sealedPayload.encodingValue;
  return isSealed ? markOf(payload, 'workflowId') : undefined;
}

function markOf({ metadata }: Payload, mark: 'encoding' | 'keyId' | 'workflowId') {
  const value = metadata?.[sealedPayload[mark]];
  return value ? textOf(value) : undefined;
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}

const placeOf = ({ namespace, workflowId }: WorkflowPlace) => ['temporal', namespace, workflowId];

const keyOfWorkflow = (key: DataKey, place: WorkflowPlace): DataKey =>
  derivedKey(key, 'holdfast/temporal', JSON.stringify(placeOf(place)));

const lengthBytes = 4;

/** Length of the metadata, metadata as JSON with base64 values, data. */
function pack({ metadata, data }: Payload): Buffer {
  const named = Object.entries(metadata ?? {}).map(([name, value]) => [
    name,
    Buffer.from(value).toString('base64'),
  ]);
  const head = Buffer.from(JSON.stringify(named));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, data ?? Buffer.alloc(0)]);
}

function unpack(bytes: Buffer): Payload {
  const end = lengthBytes + bytes.readUInt32BE(0);
  const named = JSON.parse(bytes.toString('utf8', lengthBytes, end)) as [string, string][];
  const metadata = named.map(([name, value]) => [name, Buffer.from(value, 'base64')] as const);
  return { metadata: Object.fromEntries(metadata), data: new Uint8Array(bytes.subarray(end)) };
}
