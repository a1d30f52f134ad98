import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';
import { createKeySource, jwksLimits } from '../../../platform/security/jwks';
import { createTokenVerifier } from '../../../platform/security/tokens';
import type { TokenRefused, TokenVerifier } from '../../../platform/security/tokens';
import { createVerifiedTokens } from '../../../platform/security/verified';

const [issuer, audience] = ['https://id.test/realms/holdfast', 'holdfast-api'];
const clock = { ms: 0 };
let privateKey: CryptoKey;
let jwk: JWK;
let served: { keys: JWK[] };
let verifier: TokenVerifier;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  privateKey = pair.privateKey;
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
});

beforeEach(() => {
  clock.ms = 1_800_000_000_000;
  served = { keys: [jwk] };
  const keys = createKeySource(
    () => Promise.resolve(served),
    () => clock.ms,
  );
  verifier = createTokenVerifier({ issuer, audience, keys, now: () => clock.ms });
});

afterEach(() => jest.restoreAllMocks());

function token(claims: JWTPayload = {}, lifeSeconds = 3_600): Promise<string> {
  const now = clock.ms / 1_000;
  const usual = { iss: issuer, aud: audience, sub: 'user-1', jti: 't', iat: now };
  return new SignJWT({ ...usual, exp: now + lifeSeconds, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt' })
    .sign(privateKey);
}

const reasonFor = (shown: string, thumbprint?: string) =>
  verifier.verify(shown, thumbprint).then(
    () => 'accepted',
    (error: TokenRefused) => error.reason,
  );

const signatures = () => jest.spyOn(globalThis.crypto.subtle, 'verify');

test('the signature of a token that is shown again is not looked at again', async () => {
  const shown = await token();
  const looked = signatures();
  const first = await verifier.verify(shown);
  expect(await verifier.verify(shown)).toEqual(first);
  expect(looked).toHaveBeenCalledTimes(1);
});

test('a token that was refused is refused each time, and so is one with another signature', async () => {
  const [shown, other] = [await token(), await token({ sub: 'user-2' })];
  await verifier.verify(shown);
  const forged = `${other.slice(0, other.lastIndexOf('.'))}${shown.slice(shown.lastIndexOf('.'))}`;
  expect(await reasonFor(forged)).toBe('SIGNATURE');
  expect(await reasonFor(forged)).toBe('SIGNATURE');
});

test('a token ends though it was good before', async () => {
  const shown = await token({}, 60);
  expect(await reasonFor(shown)).toBe('accepted');
  clock.ms += 66_000;
  expect(await reasonFor(shown)).toBe('EXPIRED');
});

test('a clock that was put back makes a token as new as it is', async () => {
  const shown = await token({ nbf: clock.ms / 1_000 });
  expect(await reasonFor(shown)).toBe('accepted');
  clock.ms -= 60_000;
  expect(await reasonFor(shown)).toBe('NOT_YET_VALID');
});

test('a token is good no longer than its key is believed', async () => {
  const shown = await token();
  expect(await reasonFor(shown)).toBe('accepted');
  clock.ms += jwksLimits.freshMs + 1;
  served = { keys: [{ ...jwk, kid: 'k2' }] };
  expect(await reasonFor(shown)).toBe('KEY_UNKNOWN');
});

test('a key that was read again has its tokens verified anew, also where it is another one', async () => {
  const shown = await token();
  const looked = signatures();
  await verifier.verify(shown);
  clock.ms += jwksLimits.freshMs + 1;
  await verifier.verify(shown);
  expect(looked).toHaveBeenCalledTimes(2);
  const { publicKey } = await generateKeyPair('ES256', { extractable: true });
  served = { keys: [{ ...jwk, ...(await exportJWK(publicKey)) }] };
  clock.ms += jwksLimits.freshMs + 1;
  expect(await reasonFor(shown)).toBe('SIGNATURE');
});

test('a token that is bound to a certificate is good for nobody else, whoever has shown it before', async () => {
  const shown = await token({ cnf: { 'x5t#S256': 'its-certificate' } });
  expect(await reasonFor(shown, 'its-certificate')).toBe('accepted');
  expect(await reasonFor(shown, 'another')).toBe('SENDER');
  expect(await reasonFor(shown)).toBe('SENDER');
});

test('so many are remembered, and those verified longest ago are forgotten first', () => {
  const seen = createVerifiedTokens(2);
  const verified = { key: {}, payload: { exp: 100 } };
  for (const one of ['a', 'b', 'a', 'c']) seen.keep(one, verified, 1_000);
  const left = ['a', 'b', 'c'].filter((one) => seen.of(one, verified.key, 1_000));
  expect(left).toEqual(['a', 'c']);
});

test('nothing is remembered without a key', () => {
  const seen = createVerifiedTokens();
  seen.keep('a', { key: 'unknown', payload: { exp: 100 } }, 1_000);
  expect(seen.of('a', 'unknown', 1_000)).toBeUndefined();
});

test('what was found good at a time says nothing of an earlier one, nor of one behind its end', () => {
  const seen = createVerifiedTokens();
  const key = {};
  seen.keep('a', { key, payload: { nbf: 50, exp: 100 } }, 60_000);
  const moments = [59_999, 60_000, 99_999, 100_000];
  const good = moments.map((nowMs) => seen.of('a', key, nowMs) !== undefined);
  expect(good).toEqual([false, true, true, false]);
});
