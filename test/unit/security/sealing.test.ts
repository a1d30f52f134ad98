import { randomBytes } from 'node:crypto';
import { Fault } from '../../../platform/kernel/faults';
import { dataKey } from '../../../platform/security/keys/envelope';
import type { DataKey } from '../../../platform/security/keys/envelope';
import { fixedKeys } from '../../../platform/security/keys/vault';
import { NotSealedByUs, sealingWith } from '../../../platform/security/sealing';

const newKey = (id: string) => dataKey(id, randomBytes(32));
const first = newKey('first');
const under = (keys: readonly DataKey[], purpose = 'test') => {
  const known = fixedKeys(keys);
  const find = async (id: string) => known.byId(id);
  return sealingWith({ current: () => known.current(), find }, purpose);
};
const sealing = under([first]);
const plain = Buffer.from('ann, customer');

const sealed = () => sealing.seal(plain, 'place-order:a');

test('what is sealed opens in its own context, and cannot be read before', async () => {
  const found = await sealed();
  expect(Buffer.from(found).includes('ann')).toBe(false);
  expect(Buffer.from(await sealing.open(found, 'place-order:a'))).toEqual(plain);
});

test('it grows by its key id and 33 bytes', async () => {
  expect((await sealed()).length).toBe(plain.length + 'first'.length + 33);
});

test('the same value is never sealed the same way twice', async () => {
  expect(await sealed()).not.toEqual(await sealed());
});

test('a key that follows goes on opening what the former one has sealed', async () => {
  const rotated = under([first, newKey('second')]);
  expect(Buffer.from(await rotated.open(await sealed(), 'place-order:a'))).toEqual(plain);
  const fresh = await rotated.seal(plain, 'place-order:a');
  await expect(sealing.open(fresh, 'place-order:a')).rejects.toThrow(NotSealedByUs);
});

test('nothing is sealed without a key, and nothing refused while keys cannot be asked for', async () => {
  const away = async () => {
    throw new Fault('KEYS_UNAVAILABLE', 'away');
  };
  const without = sealingWith({ current: () => undefined, find: away }, 'test');
  await expect(without.seal(plain, 'a')).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
  const asked = without.open(await sealed(), 'place-order:a');
  await expect(asked).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
});

test('nothing opens that was changed in any byte', async () => {
  const found = await sealed();
  for (const index of found.keys()) {
    const changed = Buffer.from(found);
    changed[index] = (changed[index] ?? 0) ^ 1;
    await expect(sealing.open(changed, 'place-order:a')).rejects.toThrow(NotSealedByUs);
  }
});

test.each<[string, () => Promise<unknown>]>([
  ['for another context', async () => sealing.open(await sealed(), 'place-order:b')],
  ['under another key', async () => under([newKey('else')]).open(await sealed(), 'place-order:a')],
  [
    'under another key of that name',
    async () => under([newKey('first')]).open(await sealed(), 'place-order:a'),
  ],
  ['for another purpose', async () => under([first], 'else').open(await sealed(), 'place-order:a')],
  ['as nothing at all', async () => sealing.open(Buffer.alloc(0), 'place-order:a')],
  ['and cut off', async () => sealing.open((await sealed()).slice(0, 30), 'place-order:a')],
  ['in plain text', async () => sealing.open(plain, 'place-order:a')],
])('what was sealed %s does not open', async (_how, open) => {
  await expect(open()).rejects.toThrow(NotSealedByUs);
});
