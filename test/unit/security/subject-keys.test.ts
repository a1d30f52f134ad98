import { sealedText } from '../../../platform/kernel/sealed-text';
import { subjectKeyLimits } from '../../../platform/security/keys/subjects';
import { rehearseSubjects } from '../../support/subjects';

const place = ['orders', 'o-1', 'personal'];

test('what belongs to a person opens for that person and place alone', async () => {
  const { subjects } = rehearseSubjects();
  const sealed = await subjects.seal('ann', { name: 'Ann' }, place);
  await subjects.seal('bob', 1, place);
  expect(await subjects.open('ann', sealed, place)).toEqual({ name: 'Ann' });
  const refused = [
    () => subjects.open('bob', sealed, place),
    () => subjects.open('ann', sealed, [...place, 'elsewhere']),
    () => subjects.open('ann', { name: 'Ann' }, place),
  ];
  for (const open of refused) await expect(open()).rejects.toThrow('CIPHERTEXT_REFUSED');
});

test('a key is asked for once in two minutes, by however many values at once', async () => {
  const { state, subjects } = rehearseSubjects();
  await Promise.all([1, 2, 3].map((value) => subjects.seal('ann', value, place)));
  expect(state.asked).toBe(1);
  state.nowMs += subjectKeyLimits.keptMs + 1;
  await subjects.seal('ann', 4, place);
  expect(state.asked).toBe(2);
});

test('a forgotten subject is forgotten here within two minutes, and then for good', async () => {
  const { state, subjects } = rehearseSubjects();
  const sealed = await subjects.seal('ann', 1, place);
  const other = await subjects.seal('bob', 2, place);
  state.forgotten.add('ann');
  state.nowMs += subjectKeyLimits.keptMs + 1;
  await expect(subjects.open('ann', sealed, place)).rejects.toThrow('SUBJECT_FORGOTTEN');
  await expect(subjects.seal('ann', 1, place)).rejects.toThrow('SUBJECT_FORGOTTEN');
  expect(await subjects.open('bob', other, place)).toBe(2);
});

test('a key store that was away is asked again by the next value', async () => {
  const { state, subjects } = rehearseSubjects();
  state.away = true;
  await expect(subjects.seal('ann', 1, place)).rejects.toThrow('KEYS_UNAVAILABLE');
  state.away = false;
  await expect(subjects.seal('ann', 1, place)).resolves.toMatch(/^hf1\./);
});

test('the keys of a thousand subjects are kept, those used longest ago go first', async () => {
  const { state, subjects } = rehearseSubjects();
  const { subjectsMax } = subjectKeyLimits;
  for (let count = 0; count < subjectsMax; count += 1) await subjects.seal(`s${count}`, 1, place);
  await subjects.seal('s0', 1, place);
  await subjects.seal('one-more', 1, place);
  await subjects.seal('s0', 1, place);
  expect(state.asked).toBe(subjectsMax + 1);
  await subjects.seal('s1', 1, place);
  expect(state.asked).toBe(subjectsMax + 2);
});

test('what is sealed is a text that commands and events take', async () => {
  const { subjects } = rehearseSubjects();
  expect(sealedText.safeParse(await subjects.seal('ann', { name: 'Ann' }, place)).success).toBe(
    true,
  );
});

test('equal values of one person and place have one hash, which says nothing without the key', async () => {
  const { subjects } = rehearseSubjects();
  const hash = await subjects.hash('ann', { a: 1, b: 2 }, place);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(await subjects.hash('ann', { b: 2, a: 1 }, place)).toBe(hash);
  const others = await Promise.all([
    subjects.hash('ann', { a: 1, b: 3 }, place),
    subjects.hash('ann', { a: 1, b: 2 }, [...place, 'elsewhere']),
    subjects.hash('bob', { a: 1, b: 2 }, place),
    // Another key store, and so another key of the same person.
    rehearseSubjects().subjects.hash('ann', { a: 1, b: 2 }, place),
  ]);
  expect(new Set([hash, ...others]).size).toBe(5);
});
