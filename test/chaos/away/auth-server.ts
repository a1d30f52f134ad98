import { underKey } from '../../../cli/attack/bearer';
import { openTokenVerifier } from '../../../platform/security/authority';
import { jwksLimits } from '../../../platform/security/jwks';
import { problemOfRefusal } from '../../../platform/security/tokens';
import type { TokenRefused } from '../../../platform/security/tokens';
import { metricNames } from '../../../platform/runtime/metric-names';
import { silentLog } from '../../../platform/runtime/log';
import { apiClient, configFor } from '../../support/world';
import { expectOnce, placeOne, whileAway } from './ground';
import type { Ground } from './ground';

const minuteMs = 60_000;

/** A verifier as every process of ours has one, over the real Keycloak, whose keys grow old as we say. */
export function openClockedVerifier() {
  const clock = { ms: Date.now() };
  const verifier = openTokenVerifier(configFor('gateway'), silentLog, () => clock.ms);
  return {
    verifier,
    wait: (ms: number) => void (clock.ms += ms),
    /** `accepted`, or the reason against it. */
    answer: (token: string): Promise<string> =>
      verifier.verify(token).then(
        () => 'accepted',
        (error: TokenRefused) => error.reason,
      ),
  };
}

/** Known keys are good for an hour, new people are not let in, and nobody asks in vain more often than in 30 s. */
export async function withoutKeycloak(ground: Ground): Promise<void> {
  const { api } = ground;
  const token = await api.token('frank');
  const { verifier, wait, answer } = openClockedVerifier();
  const readAgain = jwksLimits.freshMs + minuteMs;
  const stranger = apiClient();
  try {
    expect(await answer(token)).toBe('accepted');
    await ground.as('frank', '/sagas');
    await whileAway('keycloak', async () => {
      await expectOnce(ground, async () => [await placeOne(ground)]);
      await expect(stranger.token('erin')).rejects.toThrow();
      const ageSeconds = await ground.metric('gateway', metricNames.jwksAge);
      expect(ageSeconds).toBeGreaterThan(0);
      const unknown = await api.call('/sagas', { token: underKey(token, 'nobody') });
      expect([unknown.status, unknown.body.code]).toEqual([401, 'TOKEN_INVALID']);

      wait(readAgain);
      const minutes = 4;
      for (let tries = 0; tries < 100 * minutes; tries += 1) {
        wait(minuteMs / 100);
        expect(await answer(underKey(token, `nobody-${tries}`))).toBe('KEY_UNKNOWN');
      }
      expect(verifier.keys.asked()).toEqual({ read: 1, failed: 2 * minutes });
      const left = jwksLimits.staleMsMax - readAgain - minutes * minuteMs;
      wait(left - 1_000);
      expect(await answer(token)).toBe('accepted');
      wait(2_000);
      const refusal = await verifier.verify(token).catch((error: unknown) => error);
      expect(problemOfRefusal(refusal as TokenRefused)).toMatchObject({
        ...{ code: 'AUTHORITY_UNAVAILABLE', status: 503 },
      });
    });
    wait(jwksLimits.failureBackoffMsMax);
    expect(await answer(token)).toBe('accepted');
  } finally {
    await Promise.all([verifier.close(), stranger.close()]);
  }
}
