import { createHash, createPrivateKey } from 'node:crypto';
import { SignJWT, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { z } from 'zod';
import { canonicalJson } from '../kernel/json';
import type { GrantRefusal, GrantedAct, VerifiedGrant } from '../saga/verbs';
import { algorithmOf, certificatesOf, trustedLeaf } from './grant-certificates';
import type { Credentials } from './tls';

/** The profile of operator grants: one act, one minute, signed with the key of the gateway's own certificate. */
export const grantProfile = {
  type: 'holdfast-grant+jwt',
  lifetimeSeconds: 60,
  clockToleranceSeconds: 5,
  grantLengthMax: 16_000,
} as const;

/** Thrown for every grant that is not accepted; `detail` is for our log, never for the person. */
export class GrantRefused extends Error {
  override readonly name = 'GrantRefused';

  constructor(
    readonly code: Extract<GrantRefusal, 'GRANT_INVALID' | 'GRANT_EXPIRED'>,
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    const next = 'send the verb again through the gateway';
    super(`the operator grant was refused (${code}): ${detail}; ${next}`, options);
  }
}

const text = z.string().min(1).max(300);
const header = z.strictObject({
  alg: z.string(),
  typ: z.literal(grantProfile.type),
  x5c: z.array(z.string().min(1)).min(1).max(3),
});
const claims = z.strictObject({
  sub: text,
  roles: z.array(text).max(200),
  approvalLimitCents: z.int().min(0).optional(),
  verb: text,
  workflowId: text,
  actHash: z.string().length(64),
  jti: text,
  iat: z.int(),
  exp: z.int(),
});

/** sha256 of the canonical act: a grant is for exactly this and for nothing else. */
export function actHashOf(act: GrantedAct): string {
  return createHash('sha256').update(canonicalJson(act)).digest('hex');
}

/** Signs grants; only the gateway has a use for one. */
export interface GrantMinter {
  /** A grant for one act of one person, as a compact JWS; good for 60 s. */
  mint(act: GrantedAct, person: VerifiedGrant): Promise<string>;
}

export interface GrantMinterOptions {
  /** Asked at every grant, so that a rotated certificate signs the next one. PEM; may hold intermediates. */
  readonly credentials: () => Pick<Credentials, 'cert' | 'key'>;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** Builds the gateway's minter on its certificate's key; the certificates travel with each grant. */
export function createGrantMinter({ credentials, clock }: GrantMinterOptions): GrantMinter {
  return {
    mint(act, { actor, roles, approvalLimitCents }) {
      const { cert, key } = credentials();
      const chain = certificatesOf(cert).map(({ raw }) => raw.toString('base64'));
      const privateKey = createPrivateKey(key);
      const alg = algorithmOf(privateKey);
      if (alg === undefined) throw new Error('the key of our certificate cannot sign grants');
      const issuedAt = Math.floor((clock ?? Date.now)() / 1_000);
      const limit = approvalLimitCents === undefined ? {} : { approvalLimitCents };
      const { verb, workflowId, jti } = act;
      return new SignJWT({ roles: [...roles], ...limit, verb, workflowId, actHash: actHashOf(act) })
        .setProtectedHeader({ alg, typ: grantProfile.type, x5c: chain })
        .setSubject(actor)
        .setJti(jti)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + grantProfile.lifetimeSeconds)
        .sign(privateKey);
    },
  };
}

/** Opens grants; stands where an act becomes durable. */
export interface GrantVerifier {
  /** Who stands behind this very act; throws {@link GrantRefused}. Whether the person may do it is not asked here. */
  verify(grant: string, act: GrantedAct): Promise<VerifiedGrant>;
}

export interface GrantVerifierOptions {
  /** Our authorities, PEM. Read at every grant: a getter follows a rotation. */
  readonly caPem: string | Buffer;
  /** Processes that may sign grants, by the name in their certificates, and which verbs each of them may sign. */
  readonly signers: Readonly<Record<string, readonly GrantedAct['verb'][] | 'every verb'>>;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** What the grant says of itself; nothing of it is believed before its signature is checked. */
function opened(grant: string) {
  if (grant.length > grantProfile.grantLengthMax) throw invalid('it is too long');
  try {
    return { ...header.parse(decodeProtectedHeader(grant)), ...claims.parse(decodeJwt(grant)) };
  } catch (error) {
    throw invalid('a part of it is missing, unknown or unreadable', error);
  }
}

function invalid(detail: string, cause?: unknown): GrantRefused {
  return new GrantRefused('GRANT_INVALID', detail, { cause });
}

function refusalOf(error: unknown): GrantRefused {
  const { code } = error as { code?: unknown };
  if (code !== 'ERR_JWT_EXPIRED') return invalid('signature or claims do not fit', error);
  return new GrantRefused('GRANT_EXPIRED', 'its minute is over', { cause: error });
}

function assertTimes({ iat, exp }: { iat: number; exp: number }, nowSeconds: number): void {
  if (iat > nowSeconds + grantProfile.clockToleranceSeconds) throw invalid('it is from the future');
  const lifetime = exp - iat;
  if (lifetime <= 0 || lifetime > grantProfile.lifetimeSeconds) throw invalid('it lives too long');
}

function assertAct(found: z.output<typeof claims>, act: GrantedAct): void {
  const { verb, workflowId, jti, actHash } = found;
  const same = verb === act.verb && workflowId === act.workflowId && jti === act.jti;
  if (!same || actHash !== actHashOf(act)) throw invalid('it is for another act');
}

/** Who may sign a grant for such an act. */
function signersOf({ signers }: GrantVerifierOptions, { verb }: GrantedAct): readonly string[] {
  return Object.entries(signers)
    .filter(([, signed]) => signed === 'every verb' || signed.includes(verb))
    .map(([name]) => name);
}

/**
 * Builds the verifier: the certificate in the grant must chain to our authority, have been valid when the grant was
 * signed, and carry the one identity of a signer of such a verb; its key must have signed exactly the act it is shown
 * with.
 */
export function createGrantVerifier(options: GrantVerifierOptions): GrantVerifier {
  return {
    async verify(grant, act) {
      const currentDate = new Date((options.clock ?? Date.now)());
      const found = opened(grant);
      const { x5c, sub, roles, approvalLimitCents, iat } = found;
      const authorities = certificatesOf(options.caPem);
      const signers = signersOf(options, act);
      const leaf = trustedLeaf(x5c, { authorities, signers, atMs: iat * 1_000 });
      if (typeof leaf === 'string') throw invalid(leaf);
      const algorithm = algorithmOf(leaf.publicKey);
      if (algorithm === undefined) throw invalid('the key of its certificate may not sign grants');
      const { clockToleranceSeconds: clockTolerance, type: typ } = grantProfile;
      const rules = { algorithms: [algorithm], typ, clockTolerance, currentDate };
      await jwtVerify(grant, leaf.publicKey, rules).catch((error: unknown) => {
        throw refusalOf(error);
      });
      assertTimes(found, currentDate.getTime() / 1_000);
      assertAct(found, act);
      const limit = approvalLimitCents === undefined ? {} : { approvalLimitCents };
      return { actor: sub, roles, ...limit };
    },
  };
}
