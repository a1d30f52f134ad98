import { randomBytes } from 'node:crypto';
import { Fault } from '../../platform/kernel/faults';
import { dataKey } from '../../platform/security/keys/envelope';
import type { DataKey } from '../../platform/security/keys/envelope';
import { createSubjectKeys } from '../../platform/security/keys/subjects';

/** Keys of subjects over a key store under the test's hand. */
export function rehearseSubjects() {
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
  return { state, subjects: createSubjectKeys(source, { now: () => state.nowMs }) };
}
