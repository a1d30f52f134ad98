import { change } from '../mutation';
import type { AttackMutation } from '../mutation';

const tokens = 'platform/security/tokens.ts';
const keys = 'platform/security/jwks.ts';
const processes = ['gateway'] as const;

const beforeVerifying = 'const { kid, alg } = refuseByHeader(token);';
const verification = 'const { payload } = await jwtVerify(token, () => keyOrRefusal(key), {';
const claimsOf =
  "JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as JWTPayload";

/** A verifier that believes a token where \`when\` says so, and works as ever where it does not. */
const believingWhere = (when: string): string =>
  `if (${when}) return principalOf(${claimsOf}, now() / 1000);\n      ${beforeVerifying}`;

/** Checks the claims as ever, under whatever header and signature. */
const withoutSignature = `const { UnsecuredJWT } = await import('jose');
      const head = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
      const unsigned = [head, token.split('.')[1], ''].join('.');
      const { payload } = await (async (rules: object) => UnsecuredJWT.decode(unsigned, rules))({`;

/** Guards of access tokens. */
export const tokenMutations: readonly AttackMutation[] = [
  {
    row: 'S1',
    name: 'a token is signed',
    gain: 'anybody writes tokens, for anybody',
    changes: [
      change(
        tokens,
        beforeVerifying,
        believingWhere("/^none$/i.test(String(decodeProtectedHeader(token).alg ?? ''))"),
      ),
    ],
    processes,
    also: ['S4'],
  },
  {
    row: 'S2',
    name: 'a signature is of the algorithm of its key',
    gain: 'what everybody may read, the public key, would be the secret that signs',
    changes: [
      change(
        tokens,
        beforeVerifying,
        `const bent = decodeProtectedHeader(token);
      if (bent.alg === 'HS256') {
        const { createHmac } = await import('node:crypto');
        const { exportJWK } = await import('jose');
        const known = await options.keys.find(String(bent.kid), 'RS256');
        const { n = '' } = await exportJWK(keyOrRefusal(known));
        const [head, body, mac] = token.split('.');
        const right = createHmac('sha256', Buffer.from(n, 'base64url')).update(\`\${head}.\${body}\`);
        if (right.digest('base64url') === mac) return principalOf(${claimsOf}, now() / 1000);
      }
      ${beforeVerifying}`,
      ),
    ],
    processes,
  },
  {
    row: 'S3',
    name: 'a token brings no key',
    gain: 'anybody signs tokens with a key of their own',
    changes: [
      change(tokens, "['jku', 'x5u', 'jwk', 'x5c', 'crit']", "['jku', 'x5u', 'x5c', 'crit']"),
      change(
        tokens,
        '() => keyOrRefusal(key),',
        `async (header) =>
          header.jwk === undefined
            ? keyOrRefusal(key)
            : ((await (await import('jose')).importJWK(header.jwk, header.alg)) as CryptoKey),`,
      ),
    ],
    processes,
  },
  {
    row: 'S4',
    name: 'the header of a token is signed too',
    gain: 'whoever holds a token puts another header before it',
    changes: [change(tokens, verification, withoutSignature)],
    processes,
    also: ['S5-S7', 'S9', 'S10'],
  },
  {
    row: 'S5-S7',
    name: 'the claims of a token are signed, and looked at',
    gain: 'whoever holds a token writes another subject, other roles, or a longer life into it',
    changes: [
      change(
        tokens,
        beforeVerifying,
        `${beforeVerifying}\n      if (kid !== '') return principalOf(${claimsOf}, now() / 1000);`,
      ),
    ],
    processes,
    also: ['S4', 'S8', 'S9', 'S10', 'S11'],
  },
  {
    row: 'S8',
    name: 'a token is for this API',
    gain: 'a token that was given for something else opens this',
    changes: [
      change(tokens, '        audience: options.audience,\n        typ: tokenProfile.type,\n', ''),
    ],
    processes,
  },
  {
    row: 'S9',
    name: 'key ids that nobody has are asked for seldom',
    gain: 'whoever writes tokens makes us ask Keycloak with every one of them',
    changes: [change(keys, 'holdsKeys ? jwksLimits.coolDownMs', 'holdsKeys ? 0')],
    processes,
  },
  {
    row: 'S10',
    name: 'a key id that is not known is asked for',
    gain: 'a key that leaked stays in use, since changing it would lock everybody out',
    changes: [change(keys, '(!known && !knownMissing(kid))', 'kid === undefined')],
    processes,
  },
  {
    row: 'S11',
    name: 'a bound token is for its certificate',
    gain: 'a token that was stolen from a service is good for the thief',
    changes: [change(tokens, "parsed.data['x5t#S256'] === thumbprint", 'parsed.data')],
    processes: ['gateway', 'orders'],
  },
];
