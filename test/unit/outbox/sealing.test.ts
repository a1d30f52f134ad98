import fc from 'fast-check';
import type { StoredEvent } from '../../../platform/outbox/ports';
import { asBytes, createSealing } from '../../../platform/outbox/sealing';
import type { StepRecord } from '../../../platform/participant/fence-table';
import { anEvent, doneStep } from '../../support/events';
import { testVault } from '../../support/test-keys';

const vault = testVault('unit');
const boxes = createSealing({ vault, service: 'boxes' });
const state = { coins: 5 };
const at = { id: 'box-a', seq: 3 };
const key = { sagaId: 'saga', step: 'put' };
const event: StoredEvent = anEvent({ aggregateId: 'box-a', seq: 3, data: { coins: 5 } });
const step: StepRecord = { ...doneStep, result: { coins: 5 }, effect: [] };

test('what was sealed is opened again, and only content is sealed', () => {
  expect(boxes.openState(at, boxes.sealState(at, state))).toEqual(state);
  const sealedEvent = boxes.sealEvent(event);
  expect(boxes.openEvent(sealedEvent)).toEqual(event);
  expect({ ...sealedEvent, data: event.data }).toEqual(event);
  const sealedStep = boxes.sealStep(key, step);
  expect(boxes.openStep(key, sealedStep)).toEqual(step);
  const { result, effect } = step;
  expect({ ...sealedStep, result, effect }).toEqual(step);
  expect(JSON.stringify([sealedEvent, sealedStep])).not.toContain('coins');
});

const refusal = { code: 'CIPHERTEXT_REFUSED', action: 'park' };

test.each([
  ['an older version of the aggregate', { ...at, seq: 2 }],
  ['another aggregate', { ...at, id: 'box-b' }],
])('a state is not opened for %s', (_title, elsewhere) => {
  const sealed = boxes.sealState(elsewhere, state);
  expect(() => boxes.openState(at, sealed)).toThrow(expect.objectContaining(refusal) as Error);
});

test.each([
  ['another number', { seq: 4 }],
  ['another aggregate', { aggregateId: 'box-b' }],
  ['another hash', { contentHash: 'f'.repeat(64) }],
])('an event is not opened under %s', (_title, change) => {
  const moved = { ...boxes.sealEvent(event), ...change };
  expect(() => boxes.openEvent(moved)).toThrow(expect.objectContaining(refusal) as Error);
});

test.each([
  ['state', { state: 'undone' }],
  ['epoch', { epoch: 1 }],
  ['run', { run: 'another' }],
  ['input hash', { inputHash: 'another' }],
  ['command', { command: 'another' }],
  ['time', { recordedAt: '2030-01-01T00:00:00.000Z' }],
  ['trimmed', { trimmed: true }],
] as const)('a step record is not opened beside another %s', (_title, change) => {
  const changed = { ...boxes.sealStep(key, step), ...change };
  expect(() => boxes.openStep(key, changed)).toThrow(expect.objectContaining(refusal) as Error);
});

test.each([
  ['step', { ...key, step: 'take' }],
  ['saga', { ...key, sagaId: 'another' }],
])(
  'a step record is not opened for another %s, nor its members for each other',
  (_title, other) => {
    const sealed = boxes.sealStep(key, step);
    expect(() => boxes.openStep(other, sealed)).toThrow(expect.objectContaining(refusal) as Error);
    const turned = { ...sealed, result: sealed.effect, effect: sealed.result };
    expect(() => boxes.openStep(key, turned)).toThrow(expect.objectContaining(refusal) as Error);
  },
);

test.each([
  ['for another service', { service: 'crates' }],
  ['in another world', { service: 'boxes', instance: 'other' }],
])('nothing is opened %s, under the same key', (_title, of) => {
  const sealed = createSealing({ vault, ...of }).sealState(at, state);
  expect(() => boxes.openState(at, sealed)).toThrow(expect.objectContaining(refusal) as Error);
});

test('what was never sealed is refused, and the refusal says where it is and nothing of it', () => {
  for (const bare of [state, JSON.stringify(state), 'hf1.unit.AAAA', null, undefined]) {
    expect(() => boxes.openState(at, bare)).toThrow(
      'CIPHERTEXT_REFUSED: a stored value was refused (FORMAT): boxes  aggregates box-a 3 state',
    );
  }
});

test('as bytes a sealed text is a quarter smaller, and is the same text again', () => {
  const words = /^hf1\.[A-Za-z0-9_-]{1,64}\.$/;
  fc.assert(
    fc.property(fc.stringMatching(words), fc.uint8Array({ minLength: 28 }), (prefix, bytes) => {
      const text = prefix + Buffer.from(bytes).toString('base64url');
      const kept = asBytes.write(text) as Buffer;
      expect(kept).toHaveLength(prefix.length + bytes.length);
      expect(asBytes.read(new Uint8Array(kept))).toBe(text);
    }),
  );
  expect(asBytes.read('a text')).toBe('a text');
});
