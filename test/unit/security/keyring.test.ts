import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { Fault } from '../../../platform/kernel/faults';
import { metricNames } from '../../../platform/runtime/metric-names';
import { silentLog } from '../../../platform/runtime/log';
import type { GivenKeys } from '../../../platform/security/keys/client';
import { dataKey, keyIdOf, sealBytes } from '../../../platform/security/keys/envelope';
import { createKeyring, keyringLimits } from '../../../platform/security/keys/keyring';

const place = ['orders', 'orders', 'o-1', '1'];
const newKey = (id: string) => dataKey(id, randomBytes(32));

/** A key store under the test's hand, and a clock that only the test moves. */
function rehearse() {
  const state = {
    given: { current: 'a', keys: [newKey('a')] } as GivenKeys,
    away: false,
    reports: [] as Readonly<Record<string, number>>[],
    nowMs: 0,
    minute: () => undefined as void,
  };
  const registry = new Registry();
  const keyring = createKeyring({
    log: silentLog,
    registry,
    source: {
      async give(_purpose, sealed) {
        if (state.away) throw new Fault('KEYS_UNAVAILABLE', 'away');
        state.reports.push(sealed);
        return state.given;
      },
      close: async () => undefined,
    },
    clock: {
      now: () => state.nowMs,
      every: (_ms, work) => {
        state.minute = work;
        return () => undefined;
      },
    },
  });
  const pass = async (ms: number) => {
    state.nowMs += ms;
    await new Promise(setImmediate);
  };
  return { state, registry, keyring, pass };
}

test('nothing is sealed before the key store has answered, and everything once it has', async () => {
  const { state, keyring } = rehearse();
  const vault = keyring.vault('store.orders');
  state.away = true;
  expect(() => vault.seal(1, place)).toThrow('KEYS_UNAVAILABLE');
  await expect(keyring.ready()).rejects.toThrow('KEYS_UNAVAILABLE');
  state.away = false;
  await keyring.ready();
  expect(vault.open(vault.seal({ a: 1 }, place), place)).toEqual({ a: 1 });
});

test('keys are used for ten minutes without the key store, then refused, then used again', async () => {
  const { state, keyring, pass } = rehearse();
  const vault = keyring.vault('store.orders');
  await keyring.ready();
  const sealed = vault.seal('kept', place);
  state.away = true;
  await pass(keyringLimits.unconfirmedMsMax);
  expect(vault.open(sealed, place)).toBe('kept');
  await pass(1);
  expect(() => vault.seal(1, place)).toThrow('KEYS_UNAVAILABLE');
  expect(() => vault.open(sealed, place)).toThrow('KEYS_UNAVAILABLE');
  await pass(0);
  state.away = false;
  state.minute();
  await pass(0);
  expect(vault.open(sealed, place)).toBe('kept');
});

test('a new key is taken up within a minute, and old values stay readable', async () => {
  const { state, keyring, pass } = rehearse();
  const vault = keyring.vault('store.orders');
  await keyring.ready();
  const old = vault.seal('old', place);
  state.given = { current: 'b', keys: [...state.given.keys, newKey('b')] };
  state.minute();
  await pass(0);
  expect(keyIdOf(vault.seal('new', place))).toBe('b');
  expect(vault.open(old, place)).toBe('old');
});

test('a value under an unknown key is refused, and the key store is asked soon, but not by every value', async () => {
  const { state, registry, keyring, pass } = rehearse();
  const vault = keyring.vault('store.orders');
  await keyring.ready();
  const next = newKey('b');
  const foreign = sealBytes(Buffer.from('"new"'), next, place);
  await pass(keyringLimits.askAgainMs);
  for (let count = 0; count < 5; count += 1) {
    expect(() => vault.open(foreign, place)).toThrow('KEYS_UNAVAILABLE');
  }
  await pass(0);
  expect(state.reports).toHaveLength(2);
  state.given = { current: 'b', keys: [...state.given.keys, next] };
  await pass(keyringLimits.askAgainMs);
  expect(() => vault.open(foreign, place)).toThrow('KEYS_UNAVAILABLE');
  await pass(0);
  expect(vault.open(foreign, place)).toBe('new');
  expect(await registry.getSingleMetricAsString(metricNames.cryptoFailures)).toContain(
    'crypto_failures_total{purpose="store.orders",reason="key"} 6',
  );
});

test('whether there is a key is asked of the key store, and no answer is made up meanwhile', async () => {
  const { state, keyring, pass } = rehearse();
  const next = newKey('b');
  keyring.keys('grants');
  await keyring.ready();
  const find = (id: string) => keyring.find('grants', id);
  expect((await find('a'))?.id).toBe('a');
  // The last look is too fresh to ask again, and too old to know of a key that came just now.
  await expect(find('b')).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
  await pass(keyringLimits.askAgainMs);
  state.away = true;
  await expect(find('b')).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
  await pass(keyringLimits.askAgainMs);
  state.away = false;
  const answers = await Promise.allSettled([find('b'), find('b')]);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(answers[0]).toMatchObject({ value: undefined });
  await pass(keyringLimits.askAgainMs);
  state.given = { current: 'b', keys: [...state.given.keys, next] };
  expect(await Promise.all([find('b'), find('b')])).toEqual([next, next]);
});

test('what was sealed is counted by key, and told again when the answer was lost', async () => {
  const { state, keyring, pass } = rehearse();
  const vault = keyring.vault('store.orders');
  await keyring.ready();
  for (let count = 0; count < 3; count += 1) vault.seal(count, place);
  state.away = true;
  state.minute();
  await pass(0);
  vault.seal('one more', place);
  state.away = false;
  state.minute();
  await pass(0);
  state.minute();
  await pass(0);
  expect(state.reports).toEqual([{}, { a: 4 }, {}]);
  vault.seal('the last', place);
  await keyring.close();
  expect(state.reports.at(-1)).toEqual({ a: 1 });
});

test('the age of the keys is shown, and is endless before the first answer', async () => {
  const { registry, keyring, pass } = rehearse();
  keyring.vault('store.orders');
  const shown = () => registry.getSingleMetricAsString(metricNames.keysAge);
  expect(await shown()).toContain('keys_age_seconds{purpose="store.orders"} 1000000000');
  await keyring.ready();
  await pass(5_000);
  expect(await shown()).toContain('keys_age_seconds{purpose="store.orders"} 5');
});

test('a key that the key store does not know is waited for once, and refused when it has been asked', async () => {
  const { state, registry, keyring, pass } = rehearse();
  const vault = keyring.vault('store.orders');
  await keyring.ready();
  const [forged, young] = [newKey('nobodys'), newKey('young')];
  const codeOf = (key: ReturnType<typeof newKey>): string => {
    try {
      return JSON.stringify(vault.open(sealBytes(Buffer.from('7'), key, place), place));
    } catch (error) {
      return (error as Fault).code;
    }
  };
  // Neither is known, and what the key store said before they were met says nothing of them.
  await pass(keyringLimits.askAgainMs);
  expect([codeOf(forged), codeOf(young)]).toEqual(['KEYS_UNAVAILABLE', 'KEYS_UNAVAILABLE']);
  expect(codeOf(forged)).toBe('KEYS_UNAVAILABLE');
  state.given = { current: 'a', keys: [...state.given.keys, young] };
  await pass(keyringLimits.askAgainMs);
  codeOf(forged);
  await pass(1);
  expect([codeOf(forged), codeOf(young)]).toEqual(['CIPHERTEXT_REFUSED', '7']);
  expect(await registry.metrics()).toContain(
    `${metricNames.cryptoFailures}{purpose="store.orders",reason="key_absent"} 1`,
  );
});
