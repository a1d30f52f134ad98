import { randomUUID } from 'node:crypto';
import { CommandError } from '../command-error';
import type { AttackTarget } from './attack';
import { askOnce } from './wire';

type RealmTarget = Pick<AttackTarget, 'ca' | 'issuer' | 'secret'>;

/** What can be done to the realm by its administrator. */
export interface RealmAdmin {
  /** The realm signs with a new RS256 key from now on; the old ones stay published. Answers what takes it away. */
  addSigningKey(): Promise<() => Promise<void>>;
  /** The same for good: answers what ends every RS256 key of before, for signing and for verifying. */
  replaceSigningKey(): Promise<() => Promise<void>>;
}

interface Component {
  readonly id: string;
  readonly providerId: string;
}

const keyProvider = 'org.keycloak.keys.KeyProvider';

const providerId = 'rsa-generated';

/** Above the realm's own, which have 100 at most; a key that goes again signs before one that stays. */
const priorities = { passing: 1_000, lasting: 500 } as const;

/** Administers the realm over Keycloak's own interface, under the administrator of a stack on this machine. */
export function openRealm(target: RealmTarget): RealmAdmin {
  const { origin, pathname } = new URL(target.issuer);
  const realmUrl = `${origin}/admin${pathname}`;
  const ask = async (url: string, method = 'GET', body?: object): Promise<unknown> => {
    const { status, text } = await askOnce(target, {
      ...{ url, method },
      headers: {
        authorization: `Bearer ${await administrator(target, origin)}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (status < 300) return text === '' ? undefined : JSON.parse(text);
    throw refusal(`${method} ${url} is answered ${status}: ${text.slice(0, 200)}`);
  };
  const keysOf = async (query: string) =>
    (await ask(`${realmUrl}/components?type=${keyProvider}${query}`)) as readonly Component[];
  const add = async (priority: number): Promise<string> => {
    const { id: parentId } = (await ask(realmUrl)) as { id: string };
    const name = `drill-${randomUUID()}`;
    const config = {
      ...{ priority: [String(priority)], enabled: ['true'], active: ['true'] },
      ...{ algorithm: ['RS256'], keySize: ['2048'] },
    };
    const component = { name, providerId, providerType: keyProvider, parentId, config };
    await ask(`${realmUrl}/components`, 'POST', component);
    const [{ id } = { id: '' }] = await keysOf(`&name=${name}`);
    return id;
  };
  return {
    async addSigningKey() {
      const id = await add(priorities.passing);
      return async () => void (await ask(`${realmUrl}/components/${id}`, 'DELETE'));
    },
    async replaceSigningKey() {
      const added = await add(priorities.lasting);
      return async () => {
        const before = (await keysOf('')).filter((one) => one.providerId === providerId);
        for (const { id } of before.filter((one) => one.id !== added))
          await ask(`${realmUrl}/components/${id}`, 'DELETE');
      };
    },
  };
}

async function administrator(target: RealmTarget, origin: string): Promise<string> {
  const { text } = await askOnce(target, {
    ...{ url: `${origin}/realms/master/protocol/openid-connect/token`, method: 'POST' },
    body: new URLSearchParams({
      ...{ grant_type: 'password', client_id: 'admin-cli', username: 'admin' },
      password: target.secret('keycloak-admin-password'),
    }),
  });
  const { access_token: token } = JSON.parse(text) as { access_token?: string };
  if (token === undefined) throw refusal(`the administrator is refused: ${text.slice(0, 200)}`);
  return token;
}

function refusal(cause: string): CommandError {
  return new CommandError({
    ...{ code: 'REALM_REFUSES', cause },
    fix: 'attack a stack that was started on this machine with npm start',
  });
}

/** An access token made now, whatever was asked for before; null-proof: throws where Keycloak gives none. */
export async function freshToken(
  target: Pick<AttackTarget, 'ca' | 'issuer'>,
  username: string,
): Promise<string> {
  const { text } = await askOnce(target, {
    ...{ url: `${target.issuer}/protocol/openid-connect/token`, method: 'POST' },
    body: new URLSearchParams({
      ...{ grant_type: 'password', client_id: 'holdfast-cli' },
      ...{ username, password: `${username}-dev` },
    }),
  });
  const { access_token: token } = JSON.parse(text) as { access_token?: string };
  if (token === undefined) throw refusal(`no token for ${username}: ${text.slice(0, 200)}`);
  return token;
}
