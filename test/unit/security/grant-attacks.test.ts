// The certificate library cannot be loaded without it, so it comes first.
import 'reflect-metadata';
import { createPublicKey, createSecretKey } from 'node:crypto';
import { KeyUsageFlags } from '@peculiar/x509';
import { SignJWT } from 'jose';
import { grantSigners } from '../../../platform/saga/journal/hosted';
import {
  createGrantMinter,
  createGrantVerifier,
  grantProfile,
} from '../../../platform/security/grants';
import type { GrantRefused } from '../../../platform/security/grants';
import { createTestAuthority } from '../../support/grants';
import type { Wanted } from '../../support/grants';
import {
  act,
  authority,
  forged,
  gateway,
  goodClaims,
  minuteMs,
  mint,
  nowMs,
  nowSeconds,
  olga,
  refusal,
  without,
} from './grant-world';

describe('a forged operator grant', () => {
  const attacks: [string, () => Promise<string>, string][] = [
    [
      'signed with another key than that of its certificate',
      async () => forged({ by: await authority.issue('gateway'), x5c: [gateway.der] }),
      'signature',
    ],
    [
      'with a changed payload',
      async () => {
        const [header, , signature] = (await forged()).split('.');
        const claims = JSON.stringify({ ...goodClaims(), roles: ['admin'] });
        return `${header}.${Buffer.from(claims).toString('base64url')}.${signature}`;
      },
      'signature',
    ],
    [
      'of another process',
      async () => forged({ by: await authority.issue('payments') }),
      'payments may',
    ],
    [
      'of another authority',
      async () => forged({ by: await (await createTestAuthority()).issue('gateway') }),
      'authority',
    ],
    ['signed by the authority itself', () => forged({ by: authority }), 'no process'],
    [
      'below the certificate of a process',
      async () => {
        const payments = await authority.issue('payments');
        const by = await payments.issue('gateway');
        return forged({ by, x5c: [by.der, payments.der] });
      },
      'authority',
    ],
    [
      'below a process that was allowed to sign certificates by mistake',
      async () => {
        const payments = await authority.issue('payments', { usages: KeyUsageFlags.keyCertSign });
        const by = await payments.issue('gateway');
        return forged({ by, x5c: [by.der, payments.der] });
      },
      'authority',
    ],
    [
      'below an authority that may not sign certificates',
      async () => {
        const wanted = { isAuthority: true, usages: KeyUsageFlags.digitalSignature };
        const between = await authority.issue('between', wanted);
        const by = await between.issue('gateway');
        return forged({ by, x5c: [by.der, between.der] });
      },
      'authority',
    ],
    [
      'of another host with ours behind it',
      async () => {
        const by = await authority.issue('payments');
        return forged({ by, x5c: [by.der, gateway.der] });
      },
      'payments may',
    ],
    [
      'of another host with ours in front of it',
      async () => {
        const by = await authority.issue('payments');
        return forged({ by, x5c: [gateway.der, by.der] });
      },
      'authority',
    ],
    [
      'that lives an hour',
      () => forged({ claims: { ...goodClaims(), exp: nowSeconds + 3_600 } }),
      'lives too long',
    ],
    [
      'that ended before it began',
      () => forged({ claims: { ...goodClaims(), exp: nowSeconds, iat: nowSeconds } }),
      'lives too long',
    ],
    [
      'whose claims name another verb than its hash',
      () => forged({ claims: { ...goodClaims(), verb: 'skip' } }),
      'another act',
    ],
    ['of another type', () => forged({ header: { typ: 'at+jwt' } }), 'missing'],
    ['without a type', () => forged({ header: { typ: undefined } }), 'missing'],
    ['that brings its key by jwk', () => forged({ header: { jwk: { kty: 'EC' } } }), 'missing'],
    [
      'that says where its key is',
      () => forged({ header: { x5u: 'https://evil.test' } }),
      'missing',
    ],
    ['without a certificate', () => forged({ x5c: [] }), 'missing'],
    ['with nonsense for a certificate', () => forged({ x5c: ['abc'] }), 'cannot be read'],
    [
      'with more claims than ours',
      () => forged({ claims: { ...goodClaims(), admin: true } }),
      'missing',
    ],
    [
      'that is too long',
      () => forged({ claims: { ...goodClaims(), sub: 'x'.repeat(20_000) } }),
      'too long',
    ],
  ];
  test.each(attacks)('%s is refused', async (_name, attack, detail) => {
    const told = await refusal(attack());
    expect(told).toContain('GRANT_INVALID');
    expect(told).toContain(detail);
  });

  test.each(Object.keys(goodClaims()))('without the claim %s is refused', async (claim) => {
    expect(await refusal(forged({ claims: without(claim) }))).toContain('GRANT_INVALID');
  });

  test.each(['none', 'None', 'HS256'])('of algorithm %s is refused', async (alg) => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const header = { alg, typ: grantProfile.type, x5c: [gateway.der] };
    const unsigned = `${encode(header)}.${encode(goodClaims())}.`;
    expect(await refusal(unsigned)).toContain('GRANT_INVALID');
    if (alg !== 'HS256') return;
    const publicPem = createPublicKey(gateway.cert).export({ type: 'spki', format: 'pem' });
    const secret = createSecretKey(Buffer.from(publicPem));
    const token = new SignJWT(goodClaims()).setProtectedHeader(header).sign(secret);
    expect(await refusal(token)).toContain('GRANT_INVALID');
  });

  test.each<[string, Wanted]>([
    ['two identities', { uris: ['spiffe://holdfast/gateway', 'spiffe://holdfast/payments'] }],
    ['no identity', { uris: ['https://gateway.test'] }],
    ['another trust domain', { uris: ['spiffe://evil/gateway'] }],
    ['an end before the signature', { notAfter: new Date(nowMs - minuteMs) }],
    ['a beginning after the signature', { notBefore: new Date(nowMs + minuteMs) }],
  ])('by a certificate with %s is refused', async (_name, wanted) => {
    const by = await authority.issue('gateway', wanted);
    expect(await refusal(forged({ by }))).toContain('GRANT_INVALID');
  });

  test('by a certificate that ended cannot be dated back to when it was good', async () => {
    const by = await authority.issue('gateway', { notAfter: new Date(nowMs - 2 * minuteMs) });
    const iat = nowSeconds - 180;
    const claims = { ...goodClaims(), iat, exp: iat + 60 };
    expect(await refusal(forged({ by, claims }))).toBe('GRANT_EXPIRED: its minute is over');
  });

  test.each([
    ['deliver', 'accepted'],
    ['retry', 'GRANT_INVALID: orchestrator may not sign grants'],
  ] as const)('by the orchestrator, for its reactions: %s is %s', async (verb, expected) => {
    const by = await authority.issue('orchestrator');
    const verifier = createGrantVerifier({ caPem: authority.cert, signers: grantSigners });
    const told = { ...act, verb };
    const grant = await createGrantMinter({ credentials: () => by }).mint(told, olga);
    const answer = await verifier.verify(grant, told).then(
      () => 'accepted',
      ({ code, detail }: GrantRefused) => `${code}: ${detail}`,
    );
    expect(answer).toBe(expected);
  });

  test('of an authority that has ended is refused', async () => {
    const ended = await createTestAuthority({ notAfter: new Date(nowMs - minuteMs) });
    const by = await ended.issue('gateway');
    const verifier = createGrantVerifier({ caPem: ended.cert, signers: { gateway: 'every verb' } });
    await expect(verifier.verify(await forged({ by }), act)).rejects.toThrow('GRANT_INVALID');
  });

  test('of a key too weak for it is refused', async () => {
    const rsa = { name: 'RSA-PSS', modulusLength: 1_024, hash: 'SHA-256' };
    const algorithm = { ...rsa, publicExponent: new Uint8Array([1, 0, 1]) };
    const weak = await authority.issue('gateway', { algorithm });
    expect(await refusal(forged({ x5c: [weak.der] }))).toContain('may not sign');
    expect(() => mint(weak)).toThrow('cannot sign');
  });

  test.each(['', 'a.b.c', 'no grant at all'])(
    'that is nonsense is refused: "%s"',
    async (grant) => {
      expect(await refusal(grant)).toContain('GRANT_INVALID');
    },
  );
});
