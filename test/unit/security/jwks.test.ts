import { exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';
import { keysOfIssuer } from '../../../platform/security/authority';
import { createKeySource, jwksLimits } from '../../../platform/security/jwks';

const issuer = 'https://id.test/realms/holdfast';
let jwk: JWK;

beforeAll(async () => {
  const { publicKey } = await generateKeyPair('ES256', { extractable: true });
  jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
});

describe('the keys of the auth server', () => {
  const clock = { ms: 0 };
  let reads: number;
  let answer: () => Promise<unknown>;
  const source = () =>
    createKeySource(
      () => {
        reads += 1;
        return answer();
      },
      () => clock.ms,
    );

  beforeEach(() => {
    clock.ms = 0;
    reads = 0;
    answer = () => Promise.resolve({ keys: [jwk] });
  });

  test('a flood of unknown key ids asks the auth server once in 30 s', async () => {
    const keys = source();
    await keys.find('k1', 'ES256');
    clock.ms += jwksLimits.coolDownMs;
    reads = 0;
    for (let index = 0; index < 5_000; index++) {
      clock.ms += 2;
      expect(await keys.find(`flood-${index}`, 'ES256')).toBe('unknown');
    }
    expect(reads).toBe(1);
  });

  test('a key id known to be unknown is not asked for again within a minute', async () => {
    const keys = source();
    await keys.find('nobody', 'ES256');
    clock.ms += jwksLimits.coolDownMs;
    expect(await keys.find('nobody', 'ES256')).toBe('unknown');
    expect(reads).toBe(1);
    clock.ms += jwksLimits.unknownKidMs;
    await keys.find('nobody', 'ES256');
    expect(reads).toBe(2);
  });

  test('a flood at once shares one question', async () => {
    const keys = source();
    await Promise.all(Array.from({ length: 100 }, (_, index) => keys.find(`k${index}`, 'ES256')));
    expect(reads).toBe(1);
  });

  test('a flood while the auth server is away asks once in 30 s as well, as long as keys are held', async () => {
    const keys = source();
    await keys.find('k1', 'ES256');
    answer = () => Promise.reject(new Error('away'));
    clock.ms += jwksLimits.coolDownMs;
    reads = 0;
    const minutes = 20;
    const endMs = clock.ms + minutes * 60_000;
    for (; clock.ms < endMs; clock.ms += 100) await keys.find(`flood-${clock.ms}`, 'ES256');
    expect(reads).toBe(minutes * 2);
    expect(keys.asked()).toEqual({ read: 1, failed: minutes * 2 });
    expect(await keys.find('k1', 'ES256')).not.toBe('unavailable');
  });

  test('without any key it is asked again sooner, ever more seldom', async () => {
    answer = () => Promise.reject(new Error('away'));
    const keys = source();
    for (; clock.ms < 300_000; clock.ms += 100) await keys.find('k1', 'ES256');
    // At 0, 1, 3, 7, 15 and 31 s, and then in every 30 s.
    expect(reads).toBe(6 + 8);
  });

  test('a rotated key is found at its first request', async () => {
    const keys = source();
    await keys.find('k1', 'ES256');
    clock.ms += jwksLimits.coolDownMs;
    answer = () => Promise.resolve({ keys: [{ ...jwk, kid: 'k2' }] });
    expect(await keys.find('k2', 'ES256')).toMatchObject({ type: 'public' });
    expect(await keys.find('k1', 'ES256')).toBe('unknown');
  });

  test('being too early to ask is not remembered as an answer: a rotated key is found in time', async () => {
    const keys = source();
    await keys.find('k1', 'ES256');
    clock.ms += jwksLimits.coolDownMs;
    await keys.find('junk', 'ES256');
    answer = () => Promise.resolve({ keys: [{ ...jwk, kid: 'k2' }] });
    const rotatedAtMs = clock.ms;
    let found: unknown = 'unknown';
    while (found === 'unknown' && clock.ms < rotatedAtMs + 10 * jwksLimits.coolDownMs) {
      clock.ms += 1_000;
      found = await keys.find('k2', 'ES256');
    }
    expect(clock.ms - rotatedAtMs).toBeLessThanOrEqual(jwksLimits.coolDownMs + 1_000);
  });

  test('a key is made ready once for all tokens, and anew when the keys were read again', async () => {
    const keys = source();
    const first = await keys.find('k1', 'ES256');
    const same = await Promise.all([keys.find('k1', 'ES256'), keys.find('k1', 'ES256')]);
    expect(same.every((key) => key === first)).toBe(true);
    clock.ms += jwksLimits.freshMs + 1;
    expect(await keys.find('k1', 'ES256')).not.toBe(first);
    expect(reads).toBe(2);
  });

  test('a key that may serve two algorithms is ready for the one that is asked for', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const rsa = { ...(await exportJWK(publicKey)), kid: 'rsa', use: 'sig' };
    answer = () => Promise.resolve({ keys: [rsa] });
    const keys = source();
    for (const [algorithm, name] of [
      ['RS256', 'RSASSA-PKCS1-v1_5'],
      ['PS256', 'RSA-PSS'],
      ['RS256', 'RSASSA-PKCS1-v1_5'],
    ] as const) {
      expect(await keys.find('rsa', algorithm)).toMatchObject({ algorithm: { name } });
    }
  });

  test('known keys outlive the auth server for an hour and not longer', async () => {
    const keys = source();
    await keys.find('k1', 'ES256');
    answer = () => Promise.reject(new Error('away'));
    clock.ms = jwksLimits.staleMsMax - 1;
    expect(await keys.find('k1', 'ES256')).toMatchObject({ type: 'public' });
    clock.ms = jwksLimits.staleMsMax + 1;
    expect(await keys.find('k1', 'ES256')).toBe('unavailable');
    answer = () => Promise.resolve({ keys: [jwk] });
    clock.ms += jwksLimits.failureBackoffMsMax;
    expect(await keys.find('k1', 'ES256')).toMatchObject({ type: 'public' });
  });

  test('before the first answer nothing is accepted, and nothing is called unknown', async () => {
    answer = () => Promise.reject(new Error('away'));
    expect(await source().find('k1', 'ES256')).toBe('unavailable');
  });

  test('a key serves the algorithm it was made for alone', async () => {
    expect(await source().find('k1', 'RS256')).toBe('unknown');
  });

  test('a key that cannot be made ready verifies nothing, and is no error of ours', async () => {
    const curve = await exportJWK((await generateKeyPair('ES384')).publicKey);
    answer = () =>
      Promise.resolve({
        keys: [
          { ...curve, kid: 'p384' },
          { kty: 'RSA', kid: 'no' },
        ],
      });
    const keys = source();
    expect(await keys.find('p384', 'ES256')).toBe('unknown');
    expect(await keys.find('no', 'RS256')).toBe('unknown');
  });

  test('keys are taken only from the issuer it claims to be, at its own origin', async () => {
    const asked: string[] = [];
    const read = (metadata: object) =>
      keysOfIssuer(issuer, (url) => {
        asked.push(url);
        return Promise.resolve(url.endsWith('openid-configuration') ? metadata : { keys: [] });
      })();
    await expect(
      read({ issuer: 'https://evil.test', jwks_uri: `${issuer}/keys` }),
    ).rejects.toThrow();
    await expect(read({ issuer, jwks_uri: 'https://evil.test/keys' })).rejects.toThrow();
    await read({ issuer, jwks_uri: `${issuer}/keys` });
    expect(asked.filter((url) => url.includes('evil'))).toEqual([]);
    expect(asked.at(-1)).toBe(`${issuer}/keys`);
  });
});
