import { randomBytes } from 'node:crypto';
import { Fault } from '../../../platform/kernel/faults';
import { dataKey } from '../../../platform/security/keys/envelope';
import type { DataKey } from '../../../platform/security/keys/envelope';
import { createSubjectKeys, subjectKeyLimits } from '../../../platform/security/keys/subjects';

const place = ['orders', 'o-1', 'personal'];

/** A key store under the test's hand. */
function rehearse() {
  const state = { nowMs: 0, asked: 0, away: false, forgotten: new Set<string>() };
  const keys = new Map<string, DataKey>();
  async function ask(subject: string): Promise<DataKey> {
    state.asked += 1;
    if (state.away) throw new Fault('KEYS_UNAVAILABLE', 'away');
    if (state.forgotten.has(subject)) throw new Fault('SUBJECT_FORGOTTEN', 'gone');
    const key = keys.get(subject) ?? dataKey(`key-of-${subject}`, randomBytes(32));
    keys.set(subject, key);
    return key;
  }
  const source = { create: ask, read: ask, close: async () => undefined };
  return { state, subjects: createSubjectKeys(source, () => state.nowMs) };
}

test('what belongs to a person opens for that person and place alone', async () => {
  const { subjects } = rehearse();
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
  const { state, subjects } = rehearse();
  await Promise.all([1, 2, 3].map((value) => subjects.seal('ann', value, place)));
  expect(state.asked).toBe(1);
  state.nowMs += subjectKeyLimits.keptMs + 1;
  await subjects.seal('ann', 4, place);
  expect(state.asked).toBe(2);
});

test('a forgotten subject is forgotten here within two minutes, and then for good', async () => {
  const { state, subjects } = rehearse();
  const sealed = await subjects.seal('ann', 1, place);
  const other = await subjects.seal('bob', 2, place);
  state.forgotten.add('ann');
  state.nowMs += subjectKeyLimits.keptMs + 1;
  await expect(subjects.open('ann', sealed, place)).rejects.toThrow('SUBJECT_FORGOTTEN');
  await expect(subjects.seal('ann', 1, place)).rejects.toThrow('SUBJECT_FORGOTTEN');
  expect(await subjects.open('bob', other, place)).toBe(2);
});

test('a key store that was away is asked again by the next value', async () => {
  const { state, subjects } = rehearse();
  state.away = true;
  await expect(subjects.seal('ann', 1, place)).rejects.toThrow('KEYS_UNAVAILABLE');
  state.away = false;
  await expect(subjects.seal('ann', 1, place)).resolves.toMatch(/^hf1\./);
});

test('the keys of a thousand subjects are kept, those used longest ago go first', async () => {
  const { state, subjects } = rehearse();
  const { subjectsMax } = subjectKeyLimits;
  for (let count = 0; count < subjectsMax; count += 1) await subjects.seal(`s${count}`, 1, place);
  await subjects.seal('s0', 1, place);
  await subjects.seal('one-more', 1, place);
  await subjects.seal('s0', 1, place);
  expect(state.asked).toBe(subjectsMax + 1);
  await subjects.seal('s1', 1, place);
  expect(state.asked).toBe(subjectsMax + 2);
});
