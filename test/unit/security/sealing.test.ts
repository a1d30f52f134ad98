import { NotSealedByUs, sealingWith } from '../../../platform/security/sealing';

const secret = 'a secret of thirty-two characters';
const other = 'another one that nobody here knows';
const sealing = sealingWith(secret, 'test');
const plain = Buffer.from('ann, customer');

const sealed = () => sealing.seal(plain, 'place-order:a');

test('what is sealed opens in its own context, and cannot be read before', async () => {
  const found = await sealed();
  expect(Buffer.from(found).includes('ann')).toBe(false);
  expect(Buffer.from(await sealing.open(found, 'place-order:a'))).toEqual(plain);
});

test('the same value is never sealed the same way twice', async () => {
  expect(await sealed()).not.toEqual(await sealed());
});

test('a changed secret goes on opening what the former one has sealed', async () => {
  const rotated = sealingWith(`${other},${secret}`, 'test');
  expect(Buffer.from(await rotated.open(await sealed(), 'place-order:a'))).toEqual(plain);
  const fresh = await rotated.seal(plain, 'place-order:a');
  await expect(sealing.open(fresh, 'place-order:a')).rejects.toThrow(NotSealedByUs);
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
  ['under another secret', async () => sealingWith(other, 'test').open(await sealed(), 'a')],
  [
    'for another purpose',
    async () => sealingWith(secret, 'else').open(await sealed(), 'place-order:a'),
  ],
  ['as nothing at all', async () => sealing.open(Buffer.alloc(0), 'place-order:a')],
  ['and cut off', async () => sealing.open((await sealed()).slice(0, 30), 'place-order:a')],
  ['in plain text', async () => sealing.open(plain, 'place-order:a')],
])('what was sealed %s does not open', async (_how, open) => {
  await expect(open()).rejects.toThrow(NotSealedByUs);
});

test.each(['', 'short', `${secret},`])('a secret that is too short is refused: "%s"', (bad) => {
  expect(() => sealingWith(bad, 'test')).toThrow('at least 32 characters');
});
