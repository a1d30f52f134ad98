import { newKeyId } from '../../../platform/keys/key-id';

/** Bytes whose first character is this one. */
const beginning = (sign: string) => Buffer.from(`${sign}AAAAAAAAAAA`, 'base64url');

test('a key id is never taken for an option of the command line', () => {
  const drawn = [beginning('-'), beginning('_'), beginning('W')];
  expect(newKeyId(() => drawn.shift() ?? Buffer.alloc(9))).toBe('WAAAAAAAAAAA');
  expect(drawn).toEqual([]);
});

test('key ids are twelve characters, and differ', () => {
  const ids = Array.from({ length: 1_000 }, () => newKeyId());
  expect(ids.every((id) => /^[A-Za-z0-9][\w-]{11}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(1_000);
});
