import { readFileSync } from 'node:fs';
import { underKey } from '../../../cli/attack/bearer';
import { freshToken, openRealm } from '../../../cli/attack/realm';
import { jwksLimits } from '../../../platform/security/jwks';
import { openSecrets } from '../../../stack/secrets';
import { apiClient, environmentFor, world } from '../../support/world';
import { openClockedVerifier } from './auth-server';

const { HOLDFAST_ISSUER: issuer = '', HOLDFAST_CA_FILE: caFile = '' } = environmentFor('gateway');
const secret = openSecrets(world().stateDir);
const target = { issuer, ca: readFileSync(caFile), secret };
const person = 'dave';

test('a new key of the realm is known at its first token, and one that was taken away is believed for ten minutes at most', async () => {
  const { verifier, wait, answer } = openClockedVerifier();
  const before = await freshToken(target, person);
  expect(await answer(before)).toBe('accepted');
  const takeAway = await openRealm(target).addSigningKey();
  try {
    const token = await freshToken(target, person);
    wait(jwksLimits.coolDownMs);
    expect(await answer(token)).toBe('accepted');
    expect(await answer(before)).toBe('accepted');
    expect(verifier.keys.asked()).toEqual({ read: 2, failed: 0 });
    await takeAway();
    wait(jwksLimits.freshMs + 1);
    expect(await answer(token)).toBe('KEY_UNKNOWN');
    expect(await answer(before)).toBe('accepted');
  } finally {
    await takeAway().catch(() => undefined);
    await verifier.close();
  }
});

test('thousands of key ids that nobody has make one question to Keycloak in 30 s', async () => {
  const { verifier, wait, answer } = openClockedVerifier();
  const api = apiClient();
  try {
    const token = await api.token(person);
    expect(await answer(token)).toBe('accepted');
    const halfMinutes = 4;
    for (let tries = 1; tries <= 1_000 * halfMinutes; tries += 1) {
      wait(jwksLimits.coolDownMs / 1_000);
      expect(await answer(underKey(token, `nobody-${tries}`))).toBe('KEY_UNKNOWN');
    }
    expect(verifier.keys.asked()).toEqual({ read: 1 + halfMinutes, failed: 0 });
    expect(await answer(token)).toBe('accepted');
  } finally {
    await Promise.all([verifier.close(), api.close()]);
  }
});
