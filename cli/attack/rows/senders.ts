import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { thumbprintOf } from '../../../platform/security/peer';
import { shot } from '../attack';
import type { Attack, AttackTarget } from '../attack';
import type { Leaf } from '../forge';
import { askOnce, askUnder, leafOfProcess } from '../wire';

/** Whose token is stolen, and by whom. */
const owner = 'payments';
const thief = 'inventory';
const refused = '401 TOKEN_INVALID';

const answer = z.object({ access_token: z.string() });
const boundTo = z.object({ cnf: z.object({ 'x5t#S256': z.string() }) });

/** What Keycloak gives for a client's own credentials, over a connection with `leaf`; undefined where it refuses. */
async function serviceToken(
  target: AttackTarget,
  clientId: string,
  leaf?: Leaf,
): Promise<string | undefined> {
  const { text } = await askOnce(target, {
    ...{ url: `${target.issuer}/protocol/openid-connect/token`, method: 'POST' },
    ...(leaf === undefined ? {} : { leaf }),
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId }),
  }).catch(() => ({ text: '{}' }));
  return answer.safeParse(JSON.parse(text)).data?.access_token;
}

function boundThumbprint(token: string): string {
  const [, payload = ''] = token.split('.');
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return boundTo.safeParse(claims).data?.cnf['x5t#S256'] ?? 'nothing';
}

/** What Keycloak says to those who ask for the owner's token, and are not the owner. */
async function askedByOthers(target: AttackTarget) {
  const others: Readonly<Record<string, Leaf | undefined>> = {
    'without a certificate': undefined,
    [`under the certificate of ${thief}`]: leafOfProcess(target, thief),
    'under one of another authority': await target.forge.issue(owner, { byStranger: true }),
  };
  return Promise.all(
    Object.entries(others).map(async ([name, leaf]) => {
      const token = await serviceToken(target, owner, leaf);
      return shot(`token of ${owner} asked ${name}`, 'none', token === undefined ? 'none' : 'one');
    }),
  );
}

const stolen: Attack = {
  row: 'S11',
  title: 'a service’s token in the hands of another',
  source: 'RFC 8705, ASVS 10.3.5, 10.4.14',
  async run(target) {
    const leaf = leafOfProcess(target, owner);
    const token = await serviceToken(target, owner, leaf);
    if (token === undefined) throw new Error(`Keycloak gives ${owner} no token`);
    const thumbprint = thumbprintOf(new X509Certificate(leaf.cert).raw);
    const at = (url: string) => (under?: Leaf) =>
      askUnder(target, {
        ...{ url, headers: { authorization: `Bearer ${token}` } },
        ...(under === undefined ? {} : { leaf: under }),
      });
    const gateway = at(`${target.gatewayUrl}/sagas`);
    const service = at(
      `https://localhost:${target.environmentFor('orders').HOLDFAST_HTTP_PORT}/orders/attack-probe`,
    );
    return [
      shot('the token is bound to', thumbprint, boundThumbprint(token)),
      ...(await askedByOthers(target)),
      shot(`used by ${owner}`, '200', await gateway(leaf)),
      shot(`used by ${thief}`, refused, await gateway(leafOfProcess(target, thief))),
      shot('used without a certificate', refused, await gateway()),
      // The same name under another key: what counts is the certificate, not what it says.
      shot('used by a namesake', refused, await gateway(await target.forge.issue(owner, {}))),
      shot('passed on by the gateway', refused, await service(leafOfProcess(target, 'gateway'))),
    ];
  },
};

/** Attacks on who sends a token. */
export const senderAttacks: readonly Attack[] = [stolen];
