import { decodeProtectedHeader, jwtVerify } from 'jose';
import type { CryptoKey, JWTPayload } from 'jose';
import { z } from 'zod';
import { problem } from '../http/problem';
import type { Problem } from '../http/problem';
import type { KeyMiss, KeySource } from './jwks';
import { createVerifiedTokens } from './verified';

/** Who a verified access token speaks for. */
export interface Principal {
  /** `sub`: stable id of the person or service at the auth server. */
  readonly subject: string;
  /** For people to read, never for decisions. */
  readonly username: string;
  readonly roles: readonly string[];
  /** The largest amount this person may approve, in cents; absent: no limit of their own. */
  readonly approvalLimitCents?: number;
  readonly clientId: string;
  readonly tokenId: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

/** Why a token was refused: a closed list, exported as a metric label and logged, never sent in detail. */
export const tokenReasons = [
  'MISSING',
  'MALFORMED',
  'ALGORITHM',
  'HEADER_FORBIDDEN',
  'KEY_UNKNOWN',
  'KEYS_UNAVAILABLE',
  'SIGNATURE',
  'TYPE',
  'ISSUER',
  'AUDIENCE',
  'EXPIRED',
  'NOT_YET_VALID',
  'CLAIM_MISSING',
  /** It is bound to another certificate than the caller's, or is a service's and bound to none. */
  'SENDER',
] as const;

export type TokenReason = (typeof tokenReasons)[number];

/** Thrown for every token that is not accepted. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  readonly code = 'TOKEN_REFUSED';

  constructor(
    readonly reason: TokenReason,
    options?: ErrorOptions,
  ) {
    super(`the access token was refused: ${reason}`, options);
  }
}

/** The profile of accepted tokens: RFC 9068 access tokens, asymmetric signatures, small clock differences. */
export const tokenProfile = {
  algorithms: ['RS256', 'ES256', 'PS256'],
  type: 'at+jwt',
  requiredClaims: ['exp', 'iat', 'sub', 'jti'],
  clockToleranceSeconds: 5,
  tokenLengthMax: 8_192,
} as const;

/** Headers by which a token would bring its own key, or ask for rules we do not know. */
const forbiddenHeaders = ['jku', 'x5u', 'jwk', 'x5c', 'crit'] as const;

const text = z.string().min(1).max(255);
const claims = z.object({
  sub: text,
  jti: text,
  exp: z.number(),
  iat: z.number(),
  azp: text.optional(),
  client_id: text.optional(),
  preferred_username: text.optional(),
  approval_limit_cents: z.int().min(0).optional(),
  realm_access: z.object({ roles: z.array(text).max(200) }).optional(),
});

/** What a token may be bound to (RFC 8705): any other way of confirming its sender is one we cannot check. */
const confirmation = z.strictObject({ 'x5t#S256': text });

/** How Keycloak calls the account behind a service's own tokens. */
const serviceAccount = /^service-account-/;

export interface TokenVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: Pick<KeySource, 'find'>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface TokenVerifier {
  /**
   * Answers who the token speaks for, or throws {@link TokenRefused}. `thumbprint` is of the certificate shown,
   * SHA-256 in base64url; a token that is bound to a certificate is good for no other caller.
   */
  verify(token: string, thumbprint?: string): Promise<Principal>;
}

function refuseByHeader(token: string): { kid: string; alg: string } {
  if (token.length > tokenProfile.tokenLengthMax) throw new TokenRefused('MALFORMED');
  let header;
  try {
    header = decodeProtectedHeader(token);
  } catch (error) {
    throw new TokenRefused('MALFORMED', { cause: error });
  }
  if (!(tokenProfile.algorithms as readonly unknown[]).includes(header.alg)) {
    throw new TokenRefused('ALGORITHM');
  }
  if (forbiddenHeaders.some((name) => name in header)) throw new TokenRefused('HEADER_FORBIDDEN');
  if (typeof header.kid !== 'string' || header.kid.length > 255) {
    throw new TokenRefused('KEY_UNKNOWN');
  }
  return { kid: header.kid, alg: String(header.alg) };
}

const claimReasons: Readonly<Record<string, TokenReason>> = {
  typ: 'TYPE',
  iss: 'ISSUER',
  aud: 'AUDIENCE',
  nbf: 'NOT_YET_VALID',
};

/** jose says by code what it did not like; the claim is named beside it. */
function reasonOf(error: unknown): TokenReason {
  const { code, claim, reason } = error as { code?: string; claim?: string; reason?: string };
  if (code === 'ERR_JWT_EXPIRED') return 'EXPIRED';
  if (code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') return 'SIGNATURE';
  if (code === 'ERR_JOSE_ALG_NOT_ALLOWED') return 'ALGORITHM';
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED') {
    const named = claimReasons[claim ?? ''];
    return named !== undefined && (reason !== 'missing' || claim !== 'nbf')
      ? named
      : 'CLAIM_MISSING';
  }
  return 'MALFORMED';
}

function principalOf(payload: JWTPayload, nowSeconds: number): Principal {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) throw new TokenRefused('CLAIM_MISSING', { cause: parsed.error });
  const found = parsed.data;
  if (found.iat > nowSeconds + tokenProfile.clockToleranceSeconds) {
    throw new TokenRefused('NOT_YET_VALID');
  }
  const { approval_limit_cents: approvalLimitCents } = found;
  return {
    subject: found.sub,
    username: found.preferred_username ?? found.sub,
    roles: found.realm_access?.roles ?? [],
    ...(approvalLimitCents === undefined ? {} : { approvalLimitCents }),
    clientId: found.azp ?? found.client_id ?? '',
    tokenId: found.jti,
    expiresAt: found.exp,
  };
}

/** A token somebody took is worth nothing without the key of the certificate it is bound to. */
function assertSender({ cnf, preferred_username: name }: JWTPayload, thumbprint?: string): void {
  if (cnf === undefined) {
    if (typeof name !== 'string' || !serviceAccount.test(name)) return;
    throw new TokenRefused('SENDER');
  }
  const parsed = confirmation.safeParse(cnf);
  if (parsed.success && parsed.data['x5t#S256'] === thumbprint) return;
  throw new TokenRefused('SENDER');
}

/** Looked at each time a token is shown, however often it was found good: who shows it, and what it says. */
function spokenFor(payload: JWTPayload, thumbprint: string | undefined, at: Date): Principal {
  assertSender(payload, thumbprint);
  return principalOf(payload, at.getTime() / 1000);
}

function keyOrRefusal(key: CryptoKey | KeyMiss): CryptoKey {
  if (key === 'unknown') throw new TokenRefused('KEY_UNKNOWN');
  if (key === 'unavailable') throw new TokenRefused('KEYS_UNAVAILABLE');
  return key;
}

/** Builds the verifier of access tokens: exact issuer, our audience, `typ at+jwt`, keys only from `keys`. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const now = options.now ?? Date.now;
  const seen = createVerifiedTokens();
  return {
    async verify(token, thumbprint) {
      const { kid, alg } = refuseByHeader(token);
      const currentDate = new Date(now());
      // What was found good by a key that is replaced meanwhile is kept under the one of before.
      const key = await options.keys.find(kid, alg);
      const known = seen.of(token, key, currentDate.getTime());
      if (known !== undefined) return spokenFor(known, thumbprint, currentDate);
      const { payload } = await jwtVerify(token, () => keyOrRefusal(key), {
        algorithms: [...tokenProfile.algorithms],
        issuer: options.issuer,
        audience: options.audience,
        typ: tokenProfile.type,
        requiredClaims: [...tokenProfile.requiredClaims],
        clockTolerance: tokenProfile.clockToleranceSeconds,
        currentDate,
      }).catch((error: unknown) => {
        if (error instanceof TokenRefused) throw error;
        throw new TokenRefused(reasonOf(error), { cause: error });
      });
      seen.keep(token, { key, payload }, currentDate.getTime());
      return spokenFor(payload, thumbprint, currentDate);
    },
  };
}

/** The answer to a refused token. Which of the reasons it was is for our log alone. */
export function problemOfRefusal(refusal: TokenRefused): Problem {
  if (refusal.reason === 'KEYS_UNAVAILABLE') {
    return problem('AUTHORITY_UNAVAILABLE', { retryAfterSeconds: 5, cause: refusal });
  }
  if (refusal.reason === 'MISSING') {
    return problem('TOKEN_REQUIRED', {
      headers: { 'www-authenticate': 'Bearer realm="holdfast"' },
    });
  }
  const challenge = 'Bearer realm="holdfast", error="invalid_token"';
  return problem('TOKEN_INVALID', { headers: { 'www-authenticate': challenge }, cause: refusal });
}
