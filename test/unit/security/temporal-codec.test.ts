import { randomBytes } from 'node:crypto';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import type { Payload, SerializationContext } from '@temporalio/common';
import { dataKey } from '../../../platform/security/keys/envelope';
import { failureConverter } from '../../../platform/security/keys/failure-converter';
import { createTemporalCodec } from '../../../platform/security/keys/temporal-codec';
import { workflowOf } from '../../../platform/security/keys/temporal-payload';
import { fixedKeys } from '../../../platform/security/keys/vault';

const [old, key] = [dataKey('temporal-1', randomBytes(32)), dataKey('temporal-2', randomBytes(32))];
const namespace = 'holdfast';
const of = (workflowId: string): SerializationContext => ({
  ...{ type: 'workflow', namespace, workflowId },
});
const refusals: string[] = [];
const codecOf = (...keys: (typeof key)[]) =>
  createTemporalCodec({
    ...{ keys: fixedKeys(keys), namespace },
    refused: (reason) => refusals.push(reason),
  });
const codec = codecOf(old, key);
const order = defaultPayloadConverter.toPayload({ sku: 'book' });
const sealed = async (context = of('saga-1')) => (await codec.encode([order], context))[0]!;

/** The value that a payload opens to, or the code and reason of its refusal. */
async function opened(payload: Payload, context: SerializationContext | undefined = of('saga-1')) {
  return read(payload, context, codec);
}

async function read(payload: Payload, context: SerializationContext | undefined, by: typeof codec) {
  refusals.length = 0;
  try {
    const [plain] = await by.decode([payload], context);
    return defaultPayloadConverter.fromPayload(plain!);
  } catch (error) {
    return `${String((error as ApplicationFailure).type)} ${refusals.join()}`;
  }
}

describe('a sealed payload', () => {
  it('opens for its workflow, whichever of its activities asks, and shows nothing but whose it is', async () => {
    const payload = await sealed();
    expect(await opened(payload)).toEqual({ sku: 'book' });
    const activity = { type: 'activity', isLocal: false, activityId: '7', namespace } as const;
    expect(await opened(payload, { ...activity, workflowId: 'saga-1' })).toEqual({ sku: 'book' });
    expect(workflowOf(payload)).toBe('saga-1');
    const bytes = [...Object.values(payload.metadata ?? {}), payload.data ?? []];
    expect(Buffer.concat(bytes.map((one) => Buffer.from(one))).toString()).not.toMatch(/book|json/);
  });

  it('keeps what has no data and what has no metadata', async () => {
    const nothing = defaultPayloadConverter.toPayload(undefined);
    const plains: Payload[] = [nothing, { data: Buffer.from('raw') }, {}];
    for (const plain of plains) {
      const [payload] = await codec.encode([plain], of('saga-1'));
      const [found] = await codec.decode([payload!], of('saga-1'));
      expect(Buffer.from(found!.data ?? [])).toEqual(Buffer.from(plain.data ?? []));
      expect(Object.keys(found!.metadata ?? {})).toEqual(Object.keys(plain.metadata ?? {}));
    }
  });

  it.each([
    ['another workflow', of('saga-2')],
    ['a workflow whose id begins with its own', of('saga-1-2026')],
    ['another namespace', { ...of('saga-1'), namespace: 'other' }],
    ['no workflow', { type: 'activity', isLocal: false, namespace }],
  ] satisfies [string, SerializationContext][])('is refused in %s', async (_where, context) => {
    expect(await opened(await sealed(), context)).toBe('CIPHERTEXT_REFUSED AUTHENTICATION');
  });

  it('is refused where the SDK names no place at all, even what was sealed there', async () => {
    const [nowhere] = await codec.encode([order]);
    for (const payload of [nowhere!, await sealed()]) {
      expect(await read(payload, undefined, codec)).toBe('CIPHERTEXT_REFUSED AUTHENTICATION');
    }
    expect(await opened(nowhere!)).toBe('CIPHERTEXT_REFUSED AUTHENTICATION');
  });

  it('that says it is of another workflow is opened for the one that the SDK names alone', async () => {
    const payload = await sealed();
    const claim = { ...payload.metadata, 'workflow-id': Buffer.from('saga-2') };
    expect(await opened({ ...payload, metadata: claim }, of('saga-2'))).toBe(
      'CIPHERTEXT_REFUSED AUTHENTICATION',
    );
  });

  it('is refused with any byte of its data changed', async () => {
    const payload = await sealed();
    const outcomes = new Set<unknown>();
    for (let at = 0; at < payload.data!.length; at += 1) {
      const data = Buffer.from(payload.data!);
      data[at] = data[at]! ^ 1;
      outcomes.add(String(await opened({ ...payload, data })).split(' ')[0]);
    }
    expect([...outcomes]).toEqual(['CIPHERTEXT_REFUSED']);
  });

  it.each([
    ['its key id', 'key-id', 'temporal-1'],
    ['its encoding', 'encoding', 'json/plain'],
  ])('is refused with %s changed', async (_what, name, value) => {
    const payload = await sealed();
    const metadata = { ...payload.metadata, [name]: Buffer.from(value) };
    expect(await opened({ ...payload, metadata })).toBe('CIPHERTEXT_REFUSED FORMAT');
  });

  it.each([
    ['plaintext', order],
    ['nothing at all', {}],
  ])('is not %s: that is refused and never passed through', async (_what, payload) => {
    expect(await opened(payload)).toBe('CIPHERTEXT_REFUSED FORMAT');
  });

  it('is nothing where the server says that an activity was cancelled before it began, and there alone', async () => {
    const said = defaultPayloadConverter.toPayload('ACTIVITY_ID_NOT_STARTED');
    const activity = { type: 'activity', isLocal: false, namespace, workflowId: 'saga-1' } as const;
    expect(await opened(said, activity)).toBeUndefined();
    expect(await opened(said)).toBe('CIPHERTEXT_REFUSED FORMAT');
    const longer = defaultPayloadConverter.toPayload('ACTIVITY_ID_NOT_STARTED ');
    const raw = defaultPayloadConverter.toPayload(Buffer.from('"ACTIVITY_ID_NOT_STARTED"'));
    for (const other of [longer, raw, order]) {
      expect(await opened(other, activity)).toBe('CIPHERTEXT_REFUSED FORMAT');
    }
    const nowhere = { type: 'activity', isLocal: false, namespace } as const;
    expect(await opened(said, nowhere)).toBe('CIPHERTEXT_REFUSED AUTHENTICATION');
  });

  it('opens with the key it was sealed with, and waits for a key that is not known here', async () => {
    const [before] = await codecOf(old).encode([order], of('saga-1'));
    expect(await opened(before!)).toEqual({ sku: 'book' });
    expect(await read(await sealed(), of('saga-1'), codecOf(old))).toBe('KEYS_UNAVAILABLE KEY');
    await expect(codecOf().encode([order])).rejects.toMatchObject({ type: 'KEYS_UNAVAILABLE' });
  });

  it('has a key of its own workflow: two of one purpose do not share it', async () => {
    const long = 'x'.repeat(1_000);
    const payload = await sealed(of(long));
    expect(await opened(payload, of(long))).toEqual({ sku: 'book' });
    expect(await opened(payload, of(`${long.slice(1)}y`))).toMatch('AUTHENTICATION');
  });
});

describe('a failure', () => {
  const failureOf = (error: unknown) =>
    failureConverter.errorToFailure(error, defaultPayloadConverter);

  it('to open is final, whatever the SDK makes of it; a key store that is away is not', async () => {
    const failures = await Promise.all([
      codec.decode([order], of('saga-1')).catch((error: unknown) => error),
      codecOf()
        .encode([order])
        .catch((error: unknown) => error),
    ]);
    const told = failures
      .map((error) => ApplicationFailure.fromError(error, { nonRetryable: false }))
      .map((error) => failureOf(error).applicationFailureInfo);
    expect(told.map((info) => [info?.type, info?.nonRetryable])).toEqual([
      ['CIPHERTEXT_REFUSED', true],
      ['KEYS_UNAVAILABLE', false],
    ]);
  });

  it('has message and stack in a payload alone, and comes back whole, thrown again too', () => {
    const error = ApplicationFailure.nonRetryable('no book left', 'OUT', { left: 0 });
    const failure = failureOf(new Error('why', { cause: error }));
    const { encodedAttributes, ...visible } = failure;
    expect(JSON.stringify([visible.message, visible.stackTrace, visible.cause?.message])).toBe(
      '["Encoded failure","","Encoded failure"]',
    );
    expect(encodedAttributes).toBeDefined();
    const back = failureConverter.failureToError(failure, defaultPayloadConverter);
    expect(back).toMatchObject({ message: 'why', cause: { message: 'no book left', type: 'OUT' } });
    for (const again of [failureOf(back), failureOf(back)]) {
      const found = failureConverter.failureToError(again, defaultPayloadConverter);
      expect(found.message).toBe('why');
    }
  });

  it('stays below what Temporal keeps while an activity is tried again', async () => {
    const error = new Error('m'.repeat(200));
    error.stack = `Error: m\n${'    at somewhere (in/a/file.ts:1:1)\n'.repeat(500)}`;
    const [attributes] = await codec.encode([failureOf(error).encodedAttributes!], of('saga-1'));
    expect(attributes!.data!.length).toBeLessThan(2_048);
  });
});
