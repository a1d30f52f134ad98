import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { shot } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import { askOnce, said } from '../wire';

/** Whose token is bent, and an operation that any good token may call. */
const person = 'carol';
const asked = '/sagas';
const refused = '401 TOKEN_INVALID';

/** No attacker has the realm's key, so the signature of such a token is wrong as well. */
const forItself =
  'that each is refused for itself, under a good signature: test/unit/security/tokens.test.ts';

const base64url = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** What the gateway says to a token. */
async function answerTo({ api }: AttackTarget, token: string): Promise<string> {
  return said(await api.call(asked, { token, timeoutMs: 10_000 }));
}

const partOf = (part: string) =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

/** A good token in its three parts; it must be good, or every refusal below would show nothing. */
async function goodToken(target: AttackTarget) {
  const token = await target.api.token(person);
  const seen = await answerTo(target, token);
  if (seen !== '200') throw new Error(`an honest token of ${person} is answered ${seen}`);
  const [head = '', payload = '', signature = ''] = token.split('.');
  return { head, payload, signature, header: partOf(head), claims: partOf(payload) };
}

async function refusedEach(
  target: AttackTarget,
  tokens: Readonly<Record<string, string>>,
): Promise<readonly Shot[]> {
  const shots: Shot[] = [];
  for (const [name, token] of Object.entries(tokens)) {
    shots.push(shot(name, refused, await answerTo(target, token)));
  }
  return shots;
}

type RealmKey = JsonWebKey & { readonly kid: string };

/** The public keys of the realm, as anybody can read them. */
async function realmKeys(target: AttackTarget): Promise<readonly RealmKey[]> {
  const url = `${target.issuer}/protocol/openid-connect/certs`;
  const { text } = await askOnce(target, { url });
  return (JSON.parse(text) as { keys: RealmKey[] }).keys;
}

/** Other kinds of tokens, and those of other clients of the realm. */
async function tokensOf(target: AttackTarget, clientId: string): Promise<Record<string, unknown>> {
  const { text } = await askOnce(target, {
    ...{ url: `${target.issuer}/protocol/openid-connect/token`, method: 'POST' },
    body: new URLSearchParams({
      ...{ grant_type: 'password', username: person, password: `${person}-dev` },
      ...{ client_id: clientId, scope: 'openid' },
    }),
  });
  return JSON.parse(text) as Record<string, unknown>;
}

const unsigned: Attack = {
  row: 'S1',
  title: 'a token without a signature',
  source: 'ASVS 9.1.2, RFC 8725 3.1',
  async run(target) {
    const { header, payload, signature } = await goodToken(target);
    const tokens: Record<string, string> = {};
    for (const alg of ['none', 'None', 'nOnE', 'NONE', '']) {
      const head = base64url({ ...header, alg });
      tokens[`alg "${alg}", no signature`] = `${head}.${payload}.`;
      tokens[`alg "${alg}", the old signature`] = `${head}.${payload}.${signature}`;
    }
    return refusedEach(target, tokens);
  },
};

const confused: Attack = {
  row: 'S2',
  title: 'a shared secret made of the realm’s public key',
  source: 'ASVS 9.1.2, RFC 8725 2.1',
  async run(target) {
    const { header, payload } = await goodToken(target);
    const keys = (await realmKeys(target)).filter(({ kid }) => kid === header.kid);
    const tokens: Record<string, string> = {};
    for (const jwk of keys) {
      const key = createPublicKey({ key: jwk, format: 'jwk' });
      const secrets = {
        PEM: key.export({ type: 'spki', format: 'pem' }),
        DER: key.export({ type: 'spki', format: 'der' }),
        JWK: JSON.stringify(jwk),
        modulus: Buffer.from(jwk.n ?? jwk.x ?? '', 'base64url'),
      };
      for (const [name, secret] of Object.entries(secrets)) {
        for (const alg of ['HS256', 'HS384', 'HS512']) {
          const text = `${base64url({ ...header, alg })}.${payload}`;
          const mac = createHmac(`sha${alg.slice(2)}`, secret)
            .update(text)
            .digest('base64url');
          tokens[`${alg} with the ${name}`] = `${text}.${mac}`;
        }
      }
    }
    return refusedEach(target, tokens);
  },
};

const ownKey: Attack = {
  row: 'S3',
  title: 'a token that brings its own key, or says where it is',
  source: 'ASVS 9.1.3, RFC 8725 3.10',
  beyond: forItself,
  async run(target) {
    const { header, claims } = await goodToken(target);
    let fetched = 0;
    const canary = createServer((_request, response) => {
      fetched += 1;
      response.end('{"keys":[]}');
    });
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/keys`;
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const leaf = await target.forge.issue('gateway', { byStranger: true });
      const x5c = [leaf.cert.replace(/-----[^-]+-----|\s/g, '')];
      const brought = {
        jku: url,
        x5u: url,
        jwk: publicKey.export({ format: 'jwk' }),
        x5c,
      };
      const tokens: Record<string, string> = {};
      for (const [name, value] of Object.entries(brought)) {
        for (const kid of [header.kid, 'mine']) {
          tokens[`${name}, kid ${kid === 'mine' ? 'of its own' : 'of the realm'}`] =
            await new SignJWT(claims)
              .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, [name]: value } as never)
              .sign(privateKey);
        }
      }
      const shots = await refusedEach(target, tokens);
      return [...shots, shot('requests at the address in the token', 0, fetched)];
    } finally {
      canary.close();
    }
  },
};

const oddHeaders: Attack = {
  row: 'S4',
  title: 'unknown critical headers and members that come twice',
  source: 'RFC 7515 4.1.11, RFC 8725 2.6',
  beyond: forItself,
  async run(target) {
    const { header, head, payload, signature } = await goodToken(target);
    const raw = JSON.stringify(header).slice(1, -1);
    const heads: Record<string, string> = {
      'crit of an unknown member': JSON.stringify({ ...header, crit: ['x'], x: 1 }),
      'crit, empty': JSON.stringify({ ...header, crit: [] }),
      'crit, no list': JSON.stringify({ ...header, crit: 'x' }),
      'b64 false': JSON.stringify({ ...header, crit: ['b64'], b64: false }),
      'alg twice, none last': `{${raw},"alg":"none"}`,
      'alg twice, none first': `{"alg":"none",${raw}}`,
      'kid twice': `{${raw},"kid":"mine"}`,
      'kid as a list': JSON.stringify({ ...header, kid: [header.kid] }),
      'kid as a path': JSON.stringify({ ...header, kid: '../../../../dev/null' }),
      'kid as a query': JSON.stringify({ ...header, kid: "' OR '1'='1" }),
      'kid of 4,000 characters': JSON.stringify({ ...header, kid: 'k'.repeat(4_000) }),
      'typ JWT': JSON.stringify({ ...header, typ: 'JWT' }),
      'no typ': JSON.stringify({ ...header, typ: undefined }),
      'alg as a list': JSON.stringify({ ...header, alg: [header.alg] }),
      '__proto__ with alg': `{"__proto__":{"alg":"none"},${raw}}`,
      zip: JSON.stringify({ ...header, zip: 'DEF' }),
      'no object': '[]',
      'no JSON': '{',
    };
    const tokens: Record<string, string> = {};
    for (const [name, text] of Object.entries(heads)) {
      tokens[name] = `${base64url(text)}.${payload}.${signature}`;
    }
    const whole = `${head}.${payload}.${signature}`;
    return refusedEach(target, {
      ...tokens,
      'four parts': `${whole}.${signature}`,
      'two parts': `${head}.${payload}`,
      'five parts, as encrypted': `${head}.${head}.${payload}.${payload}.${signature}`,
      'padding behind': `${whole}=`,
      empty: '',
    });
  },
};

const bentClaims: Attack = {
  row: 'S5-S7',
  title: 'claims changed by hand: issuer, audience, times, subject, roles',
  source: 'ASVS 9.2.1, 9.2.3, 10.3.1, 10.3.3',
  beyond: forItself,
  async run(target) {
    const { head, claims, signature } = await goodToken(target);
    const now = Math.floor(Date.now() / 1_000);
    const bent: Record<string, object> = {
      'issuer of another realm': { iss: target.issuer.replace(/[^/]+$/, 'master') },
      'issuer with a slash behind': { iss: `${target.issuer}/` },
      'issuer over http': { iss: target.issuer.replace('https:', 'http:') },
      'audience of another API': { aud: 'account' },
      'longer life': { exp: now + 86_400 },
      'no end': { exp: undefined },
      'another subject': { sub: 'somebody-else' },
      'more roles': { realm_access: { roles: ['admin', 'operator'] } },
      'a higher limit': { approval_limit_cents: 1_000_000_000 },
    };
    const tokens: Record<string, string> = {};
    for (const [name, change] of Object.entries(bent)) {
      tokens[name] = `${head}.${base64url({ ...claims, ...change })}.${signature}`;
    }
    return refusedEach(target, tokens);
  },
};

const otherKinds: Attack = {
  row: 'S8',
  title: 'tokens of the same realm that are for something else',
  source: 'ASVS 9.2.2, RFC 9068 2.1; RFC 9068 4 (S6)',
  async run(target) {
    await goodToken(target);
    const found = await tokensOf(target, 'holdfast-cli');
    const stranger = await tokensOf(target, 'admin-cli');
    const kinds = {
      'ID token': found.id_token,
      'refresh token': found.refresh_token,
      'access token of another client': stranger.access_token,
      'ID token of another client': stranger.id_token,
    };
    const tokens: Record<string, string> = {};
    for (const [name, token] of Object.entries(kinds)) {
      if (typeof token !== 'string') throw new Error(`Keycloak gives no ${name}`);
      tokens[name] = token;
    }
    return refusedEach(target, tokens);
  },
};

/** Attacks on access tokens. */
export const tokenAttacks: readonly Attack[] = [
  ...[unsigned, confused, ownKey, oddHeaders, bentClaims, otherKinds],
];
