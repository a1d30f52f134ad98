import { createSecretKey } from 'node:crypto';
import { SignJWT, UnsecuredJWT, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';
import { createKeySource } from '../../../platform/security/jwks';
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

  test('an approver’s own limit is in cents, and one that cannot be read is no licence', async () => {
    const limited = await signed({ ...goodClaims(), approval_limit_cents: 70_000 });
    expect(await verifier().verify(limited)).toMatchObject({ approvalLimitCents: 70_000 });
    for (const limit of ['70000', -1, 1.5, null]) {
      const claims = { ...goodClaims(), approval_limit_cents: limit };
      expect(await reasonFor(signed(claims))).toBe('CLAIM_MISSING');
    }
  });

  describe('that is bound to a certificate', () => {
    const bound = (cnf: unknown) => signed({ ...goodClaims(), cnf });
    const reason = async (token: Promise<string>, thumbprint?: string) =>
      verifier()
        .verify(await token, thumbprint)
        .then(
          () => 'accepted',
          (error: TokenRefused) => error.reason,
        );

    test('is good for whoever shows that one', async () => {
      expect(await reason(bound({ 'x5t#S256': 'mine' }), 'mine')).toBe('accepted');
    });

    test.each([undefined, 'another', ''])('is refused from one who shows %p', async (shown) => {
      expect(await reason(bound({ 'x5t#S256': 'mine' }), shown)).toBe('SENDER');
    });

    test.each([{}, { jkt: 'mine' }, { 'x5t#S256': 'mine', jkt: 'x' }, 'mine', null, []])(
      'in a way we cannot check, %j, is refused from everybody',
      async (cnf) => {
        expect(await reason(bound(cnf), 'mine')).toBe('SENDER');
        expect(await reason(bound(cnf))).toBe('SENDER');
      },
    );

    test('must be so where a service speaks for itself', async () => {
      const claims = { ...goodClaims(), preferred_username: 'service-account-payments' };
      expect(await reason(signed(claims), 'mine')).toBe('SENDER');
      const cnf = { 'x5t#S256': 'mine' };
      expect(await reason(signed({ ...claims, cnf }), 'mine')).toBe('accepted');
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
