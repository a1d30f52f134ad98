import { createGrantMinter } from '../../../platform/security/grants';
import type { GrantedAct } from '../../../platform/saga/verbs';
import {
  act,
  authority,
  forged,
  gateway,
  mint,
  nowSeconds,
  olga,
  refusal,
  verify,
} from './grant-world';

describe('an operator grant', () => {
  test('names who stands behind the act, whatever order the members of the act come in', async () => {
    const { reason, ...rest } = act;
    const reordered: GrantedAct = { reason, ...rest, input: { lines: [1], orderId: 'o-1' } };
    expect(await verify(await mint(), reordered)).toEqual(olga);
    expect(await verify(await forged())).toEqual({ actor: 'pseudonym', roles: ['operator'] });
  });

  test.each<[string, object]>([
    ['another curve', { name: 'ECDSA', namedCurve: 'P-384' }],
    [
      'RSA',
      {
        ...{ name: 'RSA-PSS', modulusLength: 2_048, hash: 'SHA-256' },
        publicExponent: new Uint8Array([1, 0, 1]),
      },
    ],
    ['Ed25519', { name: 'Ed25519' }],
  ])('is signed with the algorithm of the key: %s', async (_name, algorithm) => {
    expect(await refusal(mint(await authority.issue('gateway', { algorithm })))).toBe('accepted');
  });

  test('is signed with a certificate that was rotated in a moment ago', async () => {
    const next = await authority.issue('gateway');
    let current = gateway;
    const clock = () => nowSeconds * 1_000;
    const minter = createGrantMinter({ credentials: () => current, clock });
    const before = await minter.mint(act, olga);
    current = next;
    const after = await minter.mint(act, olga);
    expect(await verify(before)).toEqual(olga);
    expect(await verify(after)).toEqual(olga);
    expect(Buffer.from(after.split('.')[0] ?? '', 'base64url').toString()).toContain(next.der);
  });

  test('may be signed below an intermediate authority that travels with it', async () => {
    const between = await authority.issue('between', { isAuthority: true });
    const { cert, key } = await between.issue('gateway');
    expect(await refusal(mint({ key, cert: Buffer.concat([cert, between.cert]) }))).toBe(
      'accepted',
    );
    expect(await refusal(mint({ key, cert }))).toContain('not valid under our authority');
  });

  test.each<[string, Partial<GrantedAct>]>([
    ['reason', { reason: 'another' }],
    ['step', { step: 'capture payment' }],
    ['input', { input: { orderId: 'o-2', lines: [1] } }],
    ['verb', { verb: 'skip' }],
    ['saga', { workflowId: 'place-order:def' }],
    ['jti', { jti: 'jti-fedcba9876543210' }],
    ['verdict', { approved: true }],
  ])('is good for no other %s', async (_name, changed) => {
    expect(await refusal(mint(), { ...act, ...changed })).toBe(
      'GRANT_INVALID: it is for another act',
    );
  });

  test.each([
    ['64 s after it was signed', 64, 'accepted'],
    ['66 s after it was signed', 66, 'GRANT_EXPIRED: its minute is over'],
    ['4 s before it was signed', -4, 'accepted'],
    ['6 s before it was signed', -6, 'GRANT_INVALID: it is from the future'],
  ])('used %s: %s', async (_name, seconds, expected) => {
    expect(
      await refusal(mint(gateway, nowSeconds * 1_000), act, (nowSeconds + seconds) * 1_000),
    ).toBe(expected);
  });
});
