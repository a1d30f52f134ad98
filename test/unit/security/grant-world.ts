import { SignJWT } from 'jose';
import {
  actHashOf,
  createGrantMinter,
  createGrantVerifier,
  grantProfile,
} from '../../../platform/security/grants';
import type { GrantRefused } from '../../../platform/security/grants';
import type { GrantedAct, VerifiedGrant } from '../../../platform/saga/verbs';
import { createTestAuthority } from '../../support/grants';
import type { Issued } from '../../support/grants';

export const act: GrantedAct = {
  ...{ verb: 'retry-with-input', workflowId: 'place-order:abc', jti: 'jti-0123456789abcdef' },
  ...{ reason: 'the carrier is back', step: 'ship stock', input: { orderId: 'o-1', lines: [1] } },
};
export const olga: VerifiedGrant = {
  actor: 'pseudonym',
  roles: ['operator'],
  approvalLimitCents: 500,
};
export const nowMs = Date.now();
export const nowSeconds = Math.floor(nowMs / 1_000);
export const minuteMs = 60_000;

export let authority: Issued;
export let gateway: Issued;
beforeAll(async () => {
  authority = await createTestAuthority();
  gateway = await authority.issue('gateway');
});

export const mint = (by: Pick<Issued, 'cert' | 'key'> = gateway, atMs = nowMs) =>
  createGrantMinter({ credentials: () => by, clock: () => atMs }).mint(act, olga);

export const verify = (grant: string, shown: GrantedAct = act, atMs = nowMs) =>
  createGrantVerifier({
    ...{ caPem: authority.cert, signers: { gateway: 'every verb' }, clock: () => atMs },
  }).verify(grant, shown);

/** The code and what the log says of a refusal; `accepted` where there is none. */
export async function refusal(grant: string | Promise<string>, shown = act, atMs = nowMs) {
  return verify(await grant, shown, atMs).then(
    () => 'accepted',
    (error: GrantRefused) => `${error.code}: ${error.detail}`,
  );
}

export const goodClaims = (): Record<string, unknown> => ({
  ...{ sub: olga.actor, roles: olga.roles, verb: act.verb, workflowId: act.workflowId },
  ...{ actHash: actHashOf(act), jti: act.jti, iat: nowSeconds, exp: nowSeconds + 60 },
});

/** Signs whatever it is told, as an attacker with some key would. */
export function forged(
  changed: { claims?: object; header?: object; by?: Issued; x5c?: string[] } = {},
) {
  const { by = gateway, x5c = [by.der] } = changed;
  const header = { alg: 'ES256', typ: grantProfile.type, x5c, ...changed.header };
  const claims = changed.claims ?? goodClaims();
  return new SignJWT({ ...claims }).setProtectedHeader(header).sign(by.privateKey);
}

export const without = (member: string) => {
  return Object.fromEntries(Object.entries(goodClaims()).filter(([name]) => name !== member));
};
