import { createSecretKey } from 'node:crypto';
import { SignJWT, UnsecuredJWT, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';
import { keysOfIssuer } from '../../../platform/security/authority';
import { createKeySource, jwksLimits } from '../../../platform/security/jwks';
import { createTokenVerifier, problemOfRefusal } from '../../../platform/security/tokens';
import type { TokenReason, TokenRefused } from '../../../platform/security/tokens';

const issuer = 'https://id.test/realms/holdfast';
const audience = 'holdfast-api';
const nowSeconds = 1_800_000_000;

let privateKey: CryptoKey;
let publicKey: CryptoKey;
let jwk: JWK;

beforeAll(async () => {
  ({ privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true }));
  jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
});

const goodClaims = (): JWTPayload => ({
  iss: issuer,
  aud: audience,
  sub: 'user-1',
  jti: 'token-1',
  iat: nowSeconds - 10,
  exp: nowSeconds + 290,
  azp: 'console',
  preferred_username: 'alice',
  realm_access: { roles: ['customer'] },
});

const goodHeader = { alg: 'ES256', kid: 'k1', typ: 'at+jwt' };

function signed(claims: JWTPayload = goodClaims(), header: object = goodHeader, key = privateKey) {
  return new SignJWT(claims).setProtectedHeader({ ...goodHeader, ...header }).sign(key);
}

function verifier(keys: JWK[] = [jwk]) {
  const source = createKeySource(
    () => Promise.resolve({ keys }),
    () => nowSeconds * 1_000,
  );
  return createTokenVerifier({ issuer, audience, keys: source, now: () => nowSeconds * 1_000 });
}

async function reasonFor(token: string | Promise<string>): Promise<TokenReason | 'accepted'> {
  try {
    await verifier().verify(await token);
    return 'accepted';
  } catch (error) {
    return (error as TokenRefused).reason;
  }
}

const without = (claim: string): JWTPayload => {
  const claims = goodClaims();
  delete claims[claim];
  return claims;
};

describe('the profile of accepted tokens', () => {
  test('a good token names its principal', async () => {
    expect(await verifier().verify(await signed())).toEqual({
      subject: 'user-1',
      username: 'alice',
      roles: ['customer'],
      clientId: 'console',
      tokenId: 'token-1',
      expiresAt: nowSeconds + 290,
    });
  });

  test.each(['none', 'nOnE', 'NONE'])('alg %s is refused', async (alg) => {
    const [, payload] = new UnsecuredJWT(goodClaims()).encode().split('.');
    const header = Buffer.from(JSON.stringify({ ...goodHeader, alg })).toString('base64url');
    expect(await reasonFor(`${header}.${payload}.`)).toBe('ALGORITHM');
  });

  test('a token signed with the public key as if it were a shared secret is refused', async () => {
    const texts = [await exportSPKI(publicKey), jwk.x ?? ''];
    for (const text of texts) {
      const secret = createSecretKey(Buffer.from(text));
      const token = new SignJWT(goodClaims())
        .setProtectedHeader({ ...goodHeader, alg: 'HS256' })
        .sign(secret);
      expect(await reasonFor(token)).toBe('ALGORITHM');
    }
  });

  test.each(['jku', 'x5u', 'jwk', 'x5c'])(
    'a token that brings its own key by %s is refused',
    async (name) => {
      const value = name === 'jwk' ? jwk : name === 'x5c' ? ['abc'] : 'https://evil.test/keys';
      expect(await reasonFor(signed(goodClaims(), { [name]: value }))).toBe('HEADER_FORBIDDEN');
    },
  );

  test('a token with an unknown critical header is refused', async () => {
    const [, payload, signature] = (await signed()).split('.');
    const header = { ...goodHeader, crit: ['exp-v2'], 'exp-v2': 1 };
    const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
    expect(await reasonFor(`${encoded}.${payload}.${signature}`)).toBe('HEADER_FORBIDDEN');
  });

  test('a token of another key under the same key id is refused', async () => {
    const other = await generateKeyPair('ES256');
    expect(await reasonFor(signed(goodClaims(), {}, other.privateKey))).toBe('SIGNATURE');
  });

  test('a changed payload is refused', async () => {
    const [header, , signature] = (await signed()).split('.');
    const claims = { ...goodClaims(), realm_access: { roles: ['admin'] } };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(await reasonFor(`${header}.${payload}.${signature}`)).toBe('SIGNATURE');
  });

  test.each([
    ['the trailing slash', `${issuer}/`],
    ['another realm', 'https://id.test/realms/other'],
    ['plain http', 'http://id.test/realms/holdfast'],
    ['other capitals', 'https://ID.test/realms/holdfast'],
  ])('an issuer that differs by %s is refused', async (_name, iss) => {
    expect(await reasonFor(signed({ ...goodClaims(), iss }))).toBe('ISSUER');
  });

  test.each([['account'], [['account', 'other']]])('audience %s is refused', async (aud) => {
    expect(await reasonFor(signed({ ...goodClaims(), aud }))).toBe('AUDIENCE');
  });

  test.each(['JWT', 'ID', 'Refresh', 'logout+jwt'])(
    'a token of type %s is refused',
    async (typ) => {
      expect(await reasonFor(signed(goodClaims(), { typ }))).toBe('TYPE');
    },
  );

  test('an untyped token is refused', async () => {
    expect(await reasonFor(signed(goodClaims(), { typ: undefined }))).toBe('TYPE');
  });

  test.each(['exp', 'iat', 'sub', 'jti'])('a token without %s is refused', async (claim) => {
    expect(await reasonFor(signed(without(claim)))).toBe('CLAIM_MISSING');
  });

  test.each(['sub', 'jti'])('an empty %s is refused', async (claim) => {
    expect(await reasonFor(signed({ ...goodClaims(), [claim]: '' }))).toBe('CLAIM_MISSING');
  });

  test.each([
    ['4 s ago', -4, 'accepted'],
    ['6 s ago', -6, 'EXPIRED'],
  ])('a token that expired %s', async (_name, offset, expected) => {
    expect(await reasonFor(signed({ ...goodClaims(), exp: nowSeconds + offset }))).toBe(expected);
  });

  test.each([
    ['nbf', 4, 'accepted'],
    ['nbf', 6, 'NOT_YET_VALID'],
    ['iat', 4, 'accepted'],
    ['iat', 6, 'NOT_YET_VALID'],
  ])('%s %d s ahead is %s', async (claim, offset, expected) => {
    const claims = { ...goodClaims(), [claim]: nowSeconds + offset };
    expect(await reasonFor(signed(claims))).toBe(expected);
  });

  test.each(['', 'a.b', 'not a token', 'x'.repeat(9_000)])(
    'nonsense is MALFORMED',
    async (text) => {
      expect(await reasonFor(text)).toBe('MALFORMED');
    },
  );

  test('the answer names no reason beyond invalid_token', async () => {
    const refusal = await verifier()
      .verify(await signed({ ...goodClaims(), exp: 1 }))
      .catch((error: unknown) => error as TokenRefused);
    const answer = problemOfRefusal(refusal as TokenRefused);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    expect(JSON.stringify(answer.body())).not.toContain('EXPIRED');
  });
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

  test('a flood while the auth server is away asks ever more seldom', async () => {
    const keys = source();
    await keys.find('k1', 'ES256');
    answer = () => Promise.reject(new Error('away'));
    clock.ms += jwksLimits.coolDownMs;
    reads = 0;
    for (; clock.ms < 330_000; clock.ms += 100) await keys.find(`flood-${clock.ms}`, 'ES256');
    expect(reads).toBeLessThanOrEqual(6 + 10);
    expect(await keys.find('k1', 'ES256')).not.toBe('unavailable');
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
