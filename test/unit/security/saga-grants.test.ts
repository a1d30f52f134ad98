// The certificate library cannot be loaded without it, so it comes first.
import 'reflect-metadata';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { SignJWT, decodeJwt, decodeProtectedHeader } from 'jose';
import type { SagaGrant } from '../../../platform/saga/grants/grant';
import {
  createSagaGrantMinter,
  createSagaGrantOpener,
  sagaGrantProfile,
} from '../../../platform/security/saga-grants';
import type { SagaGrantRefused } from '../../../platform/security/saga-grants';
import { createTestAuthority, testSealing } from '../../support/grants';
import type { Issued } from '../../support/grants';

const sealing = testSealing();
const workflowId = 'place-order:abc';
const nowMs = Date.now();
const hourMs = 3_600_000;
const grant: SagaGrant = {
  ...{ id: 'grant-1', subject: 'pseudonym', roles: ['customer'], workflowId },
  ...{ saga: 'place-order', commands: { 'place-order': ['orders.open'] } },
  ...{ inputHash: 'a'.repeat(64), issuedAtMs: nowMs, expiresAtMs: nowMs + hourMs },
};

let authority: Issued;
let gateway: Issued;
beforeAll(async () => {
  authority = await createTestAuthority();
  gateway = await authority.issue('gateway');
});

const mint = (by: Issued = gateway, changed: Partial<SagaGrant> = {}) =>
  createSagaGrantMinter({ credentials: () => by, sealing }).mint({ ...grant, ...changed });

const open = (sealed: Uint8Array, of = workflowId, atMs = nowMs) =>
  createSagaGrantOpener({
    ...{ caPem: authority.cert, signers: ['gateway', 'orchestrator'], sealing },
    clock: () => atMs,
  }).open(sealed, of);

async function refusal(sealed: Promise<Uint8Array>, of = workflowId, atMs = nowMs) {
  return open(await sealed, of, atMs).then(
    () => 'accepted',
    (error: SagaGrantRefused) => `${error.code}: ${error.detail}`,
  );
}

const claims = () => ({
  ...{ sub: 'pseudonym', roles: ['customer'], saga: 'place-order', workflowId },
  ...{ commands: grant.commands, inputHash: grant.inputHash, jti: 'grant-1' },
  ...{ iat: nowMs / 1_000, exp: (nowMs + hourMs) / 1_000 },
});

/** Signs and seals whatever it is told, as somebody would who has the secret and some key. */
async function forged(changed: { claims?: object; header?: object; by?: Issued; x5c?: string[] }) {
  const { by = gateway, x5c = [by.der] } = changed;
  const header = { alg: 'ES256', typ: sagaGrantProfile.type, x5c, ...changed.header };
  const signed = await new SignJWT({ ...claims(), ...changed.claims })
    .setProtectedHeader(header)
    .sign(by.privateKey);
  return sealing.seal(deflateRawSync(signed), workflowId);
}

test('a grant says what it was minted with, and shows none of it on its way', async () => {
  const sealed = await mint();
  expect(await open(sealed)).toEqual(grant);
  for (const hidden of ['pseudonym', 'customer', 'orders.open']) {
    expect(Buffer.from(sealed).includes(hidden)).toBe(false);
    expect(Buffer.from(sealed).includes(Buffer.from(hidden).toString('base64url'))).toBe(false);
  }
  expect(sealed.length).toBeLessThan(2_000);
});

test('a grant of the orchestrator is one as well', async () => {
  expect(await open(await mint(await authority.issue('orchestrator')))).toEqual(grant);
});

test('a grant outlives the certificate that signed it, not the other way round', async () => {
  const short = await authority.issue('gateway', { notAfter: new Date(nowMs + 60_000) });
  expect(await refusal(mint(short), workflowId, nowMs + 120_000)).toBe('accepted');
  const over = await authority.issue('gateway', { notAfter: new Date(nowMs - 60_000) });
  expect(await refusal(mint(over))).toContain('GRANT_INVALID: its certificate was not valid');
});

test.each([
  ['in its last second', hourMs - 1_000, 'accepted'],
  ['within the tolerance of clocks', hourMs + 4_000, 'accepted'],
  ['after its end', hourMs + 6_000, 'GRANT_EXPIRED: its time is over'],
  ['before it was issued', -7_000, 'GRANT_INVALID: it is from the future'],
])('a grant %s', async (_when, laterMs, said) => {
  expect(await refusal(mint(), workflowId, nowMs + laterMs)).toBe(said);
});

test('a process vouches for its own sagas only', async () => {
  const minter = createSagaGrantMinter({
    ...{ credentials: () => gateway, sealing, sagas: ['file-note'] },
  });
  await expect(minter.mint(grant)).rejects.toThrow('vouches for none');
});

describe('a forged saga grant', () => {
  const attacks: [string, () => Promise<Uint8Array>, string][] = [
    ['of another saga', () => mint(gateway, { workflowId: 'place-order:other' }), 'not sealed'],
    [
      'sealed for this saga and signed for another one',
      () => forged({ claims: { workflowId: 'place-order:other' } }),
      'another saga',
    ],
    ['in plain text', async () => Buffer.from('anything'), 'not sealed'],
    ['that is endless', async () => Buffer.alloc(9_000), 'too long'],
    [
      'that unfolds without end',
      () => sealing.seal(deflateRawSync('a'.repeat(1_000_000)), workflowId),
      'cannot be read',
    ],
    [
      'of a participant',
      async () => forged({ by: await authority.issue('payments') }),
      'payments may not sign',
    ],
    [
      'of another authority',
      async () => forged({ by: await (await createTestAuthority()).issue('gateway') }),
      'authority',
    ],
    [
      'signed with another key than that of its certificate',
      async () => forged({ by: await authority.issue('gateway'), x5c: [gateway.der] }),
      'signature',
    ],
    [
      'whose claims were changed after it was signed',
      async () => {
        const signed = inflateRawSync(await sealing.open(await mint(), workflowId)).toString();
        const [head, , signature] = signed.split('.');
        const wider = { ...decodeJwt(signed), commands: { 'place-order': ['payments.refund'] } };
        const body = Buffer.from(JSON.stringify(wider)).toString('base64url');
        return sealing.seal(deflateRawSync(`${head}.${body}.${signature}`), workflowId);
      },
      'signature',
    ],
    [
      'without a signature',
      async () => {
        const signed = inflateRawSync(await sealing.open(await mint(), workflowId)).toString();
        const header = { ...decodeProtectedHeader(signed), alg: 'none' };
        const head = Buffer.from(JSON.stringify(header)).toString('base64url');
        return sealing.seal(deflateRawSync(`${head}.${signed.split('.')[1]}.`), workflowId);
      },
      'signature',
    ],
    ['that is an operator grant', () => forged({ header: { typ: 'holdfast-grant+jwt' } }), 'part'],
    ['that never ends', () => forged({ claims: { exp: 9_999_999_999 } }), 'lives too long'],
    ['without an end', () => forged({ claims: { exp: undefined } }), 'part of it'],
    ['without a subject', () => forged({ claims: { sub: undefined } }), 'part of it'],
    ['with something more', () => forged({ claims: { admin: true } }), 'part of it'],
  ];

  test.each(attacks)('%s is refused', async (_what, sealed, detail) => {
    const said = await refusal(sealed());
    expect(said).toContain('GRANT_INVALID');
    expect(said).toContain(detail);
  });
});
