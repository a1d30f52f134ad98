import { createPrivateKey } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { SignJWT, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { z } from 'zod';
import type { SagaGrant, SagaGrantRefusal } from '../saga/grants/grant';
import { algorithmOf, certificatesOf, trustedLeaf } from './grant-certificates';
import type { Sealing } from './sealing';
import type { Credentials } from './tls';

/** The profile of saga grants: one saga and its family, signed with the key of our own certificate, sealed. */
export const sagaGrantProfile = {
  type: 'holdfast-saga-grant+jwt',
  /** Longest life, milliseconds: a saga's deadline, what its waits may add, and a day. */
  lifetimeMsMax: 400 * 86_400_000,
  clockToleranceSeconds: 5,
  /** Bytes of a sealed grant, and characters of the signed one inside. */
  sealedBytesMax: 8_000,
  signedCharactersMax: 16_000,
} as const;

/** Thrown for every grant that is not accepted; `detail` is for our log, never for the saga. */
export class SagaGrantRefused extends Error {
  override readonly name = 'SagaGrantRefused';

  constructor(
    readonly code: SagaGrantRefusal,
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`the saga grant was refused (${code}): ${detail}`, options);
  }
}

const text = z.string().min(1).max(300);
const header = z.strictObject({
  alg: z.string(),
  typ: z.literal(sagaGrantProfile.type),
  x5c: z.array(z.string().min(1)).min(1).max(3),
});
const claims = z.strictObject({
  sub: text,
  roles: z.array(text).max(200),
  saga: text,
  workflowId: text,
  commands: z.record(text, z.array(text).max(200)),
  inputHash: z.string().length(64),
  jti: text,
  /** Seconds, with a fraction: a revocation is compared with it to the millisecond. */
  iat: z.number(),
  exp: z.number(),
});

/** Signs and seals grants for sagas that are about to start. */
export interface SagaGrantMinter {
  /** A grant as it travels: opaque to everybody but a participant. */
  mint(grant: SagaGrant): Promise<Uint8Array>;
}

export interface SagaGrantMinterOptions {
  /** Asked at every grant, so that a rotated certificate signs the next one. PEM; may hold intermediates. */
  readonly credentials: () => Pick<Credentials, 'cert' | 'key'>;
  readonly sealing: Sealing;
  /** Sagas that this process may vouch for; absent: all of them. Throws for any other one. */
  readonly sagas?: readonly string[];
}

/** Builds a minter on a certificate's key; the certificates travel with each grant, inside the seal. */
export function createSagaGrantMinter(options: SagaGrantMinterOptions): SagaGrantMinter {
  return {
    async mint(grant) {
      if (options.sagas?.includes(grant.saga) === false) {
        throw new Error(`this process starts no ${grant.saga}, and vouches for none`);
      }
      const { cert, key } = options.credentials();
      const chain = certificatesOf(cert).map(({ raw }) => raw.toString('base64'));
      const privateKey = createPrivateKey(key);
      const alg = algorithmOf(privateKey);
      if (alg === undefined) throw new Error('the key of our certificate cannot sign grants');
      const { subject, id, issuedAtMs, expiresAtMs, roles, commands, ...rest } = grant;
      const signed = await new SignJWT({ ...rest, roles: [...roles], commands: { ...commands } })
        .setProtectedHeader({ alg, typ: sagaGrantProfile.type, x5c: chain })
        .setSubject(subject)
        .setJti(id)
        .setIssuedAt(issuedAtMs / 1_000)
        .setExpirationTime(expiresAtMs / 1_000)
        .sign(privateKey);
      return options.sealing.seal(deflateRawSync(signed), grant.workflowId);
    },
  };
}

/** Opens grants; stands in every participant. */
export interface SagaGrantOpener {
  /**
   * What the grant of the saga `workflowId` says; throws {@link SagaGrantRefused}. Whether it covers the message at
   * hand is not asked here.
   */
  open(sealed: Uint8Array, workflowId: string): Promise<SagaGrant>;
}

export interface SagaGrantOpenerOptions {
  /** Our authorities, PEM. Read at every grant: a getter follows a rotation. */
  readonly caPem: string | Buffer;
  /** Processes that may start sagas, by the name in their certificates. */
  readonly signers: readonly string[];
  readonly sealing: Sealing;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

function invalid(detail: string, cause?: unknown): SagaGrantRefused {
  return new SagaGrantRefused('GRANT_INVALID', detail, { cause });
}

async function unsealed(
  { sealing }: SagaGrantOpenerOptions,
  sealed: Uint8Array,
  workflowId: string,
): Promise<string> {
  if (sealed.length > sagaGrantProfile.sealedBytesMax) throw invalid('it is too long');
  const opened = await sealing.open(sealed, workflowId).catch((error: unknown) => {
    throw invalid('it was not sealed for this saga', error);
  });
  const maxOutputLength = sagaGrantProfile.signedCharactersMax;
  try {
    return inflateRawSync(opened, { maxOutputLength }).toString('latin1');
  } catch (error) {
    throw invalid('what is inside cannot be read', error);
  }
}

/** What the grant says of itself; nothing of it is believed before its signature is checked. */
function readable(signed: string) {
  try {
    return { ...header.parse(decodeProtectedHeader(signed)), ...claims.parse(decodeJwt(signed)) };
  } catch (error) {
    throw invalid('a part of it is missing, unknown or unreadable', error);
  }
}

function refusalOf(error: unknown): SagaGrantRefused {
  const { code } = error as { code?: unknown };
  if (code !== 'ERR_JWT_EXPIRED') return invalid('signature or claims do not fit', error);
  return new SagaGrantRefused('GRANT_EXPIRED', 'its time is over', { cause: error });
}

function assertTimes({ iat, exp }: { iat: number; exp: number }, nowMs: number): void {
  const earliest = nowMs / 1_000 + sagaGrantProfile.clockToleranceSeconds;
  if (iat > earliest) throw invalid('it is from the future');
  const lifetimeMs = (exp - iat) * 1_000;
  if (lifetimeMs <= 0 || lifetimeMs > sagaGrantProfile.lifetimeMsMax) {
    throw invalid('it lives too long');
  }
}

/**
 * Builds the opener: the grant must have been sealed for this very saga under a key of ours; the certificate in it must
 * chain to our authority, have been valid when the grant was signed, and carry the one identity of a process that
 * starts sagas.
 */
export function createSagaGrantOpener(options: SagaGrantOpenerOptions): SagaGrantOpener {
  return {
    async open(sealed, workflowId) {
      const signed = await unsealed(options, sealed, workflowId);
      const nowMs = (options.clock ?? Date.now)();
      const found = readable(signed);
      const { x5c, iat, exp, sub: subject, jti: id } = found;
      const authorities = certificatesOf(options.caPem);
      const trust = { authorities, signers: options.signers, atMs: iat * 1_000 };
      const leaf = trustedLeaf(x5c, trust);
      if (typeof leaf === 'string') throw invalid(leaf);
      const algorithm = algorithmOf(leaf.publicKey);
      if (algorithm === undefined) throw invalid('the key of its certificate may not sign grants');
      const { clockToleranceSeconds: clockTolerance, type: typ } = sagaGrantProfile;
      const currentDate = new Date(nowMs);
      const rules = { algorithms: [algorithm], typ, clockTolerance, currentDate };
      await jwtVerify(signed, leaf.publicKey, rules).catch((error: unknown) => {
        throw refusalOf(error);
      });
      assertTimes(found, nowMs);
      if (found.workflowId !== workflowId) throw invalid('it is for another saga');
      const { roles, saga, commands, inputHash } = found;
      const times = { issuedAtMs: Math.round(iat * 1_000), expiresAtMs: Math.round(exp * 1_000) };
      return { id, subject, roles, saga, workflowId, commands, inputHash, ...times };
    },
  };
}
