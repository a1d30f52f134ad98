import { ownProcesses } from '../../environment';
import { ask } from '../https-request';
import type { ServerContext } from '../server';

/** Who has a token of Consul; the auditor asks for nobody, and nobody for it. */
export const tokenHolders: readonly string[] = [
  'admin',
  ...ownProcesses.filter((name) => name !== 'auditor'),
];

/** The name a process registers under, where it is not its own; an administrator has none. */
const names: Readonly<Record<string, string | undefined>> = {
  admin: undefined,
  orchestrator: 'sagas',
};

/** Who looks for others. */
const lookers = ['gateway', 'orchestrator', 'admin'];

/** What a token of the holder may do: register and take out its one name, and see what it has to ask. */
export function rulesOf(holder: string): string {
  const name = holder in names ? names[holder] : holder;
  return [
    ...(lookers.includes(holder) ? ['service_prefix "" { policy = "read" }'] : []),
    // An instance of another HOLDFAST_INSTANCE has its suffix behind the name.
    ...(name === undefined
      ? []
      : [
          `service "${name}" { policy = "write" }`,
          `service_prefix "${name}-" { policy = "write" }`,
        ]),
    'node_prefix "" { policy = "read" }',
  ].join('\n');
}

/** The token of a process out of the secrets of its stack; empty for one that has none. */
export const consulTokenOf =
  (secret: (name: string) => string) =>
  (holder: string): string =>
    tokenHolders.includes(holder) ? secret(`consul-token-${holder}`) : '';

type Call = (method: string, path: string, body?: unknown) => Promise<string>;
type Policies = ReadonlyMap<string, string>;

async function policiesOf(call: Call): Promise<Policies> {
  const found = JSON.parse(await call('GET', '/v1/acl/policies')) as { ID: string; Name: string }[];
  return new Map(found.map(({ ID, Name }) => [Name, ID]));
}

/** Ends every token of a policy but one: what was replaced is good for nothing. */
async function endOthers(call: Call, policy: string, accessor?: string): Promise<void> {
  const tokens = await call('GET', `/v1/acl/tokens?policy=${policy}`);
  const others = (JSON.parse(tokens) as { AccessorID: string }[]).filter(
    ({ AccessorID }) => AccessorID !== accessor,
  );
  for (const { AccessorID } of others) await call('DELETE', `/v1/acl/token/${AccessorID}`);
}

/** Writes the policy as it has to be today; answers its id. */
async function ensurePolicy(call: Call, policies: Policies, holder: string): Promise<string> {
  const Name = `holdfast-${holder}`;
  const known = policies.get(Name);
  const path = known === undefined ? '/v1/acl/policy' : `/v1/acl/policy/${known}`;
  const written = await call('PUT', path, { Name, Rules: rulesOf(holder) });
  return (JSON.parse(written) as { ID: string }).ID;
}

/** Names of the one policy, and the one token, that all processes once shared. */
const sharedPolicy = 'holdfast-service';

/**
 * Gives each process a token of its own, under an id that this stack chose, so that a restart finds the same one; a
 * token that was replaced ends. Doing so proves that Consul takes writes. Safe to repeat.
 */
export async function ensureTokens(
  context: Pick<ServerContext, 'certsDir' | 'ports' | 'secret'>,
): Promise<void> {
  const base = `https://localhost:${context.ports.consul}`;
  const as =
    (token: string): Call =>
    (method, path, body) =>
      ask(context, { url: base + path, method, headers: { 'X-Consul-Token': token }, body });
  const call = as(context.secret('consul-management-token'));
  const tokenOf = consulTokenOf((name) => context.secret(name));
  const policies = await policiesOf(call);

  async function ensureToken(holder: string): Promise<void> {
    const policy = await ensurePolicy(call, policies, holder);
    const SecretID = tokenOf(holder);
    const self = await as(SecretID)('GET', '/v1/acl/token/self').catch(() => undefined);
    const made = { SecretID, Policies: [{ ID: policy }], Description: holder };
    const token = self ?? (await call('PUT', '/v1/acl/token', made));
    await endOthers(call, policy, (JSON.parse(token) as { AccessorID: string }).AccessorID);
  }

  await Promise.all(tokenHolders.map(ensureToken));
  const shared = policies.get(sharedPolicy);
  if (shared === undefined) return;
  await endOthers(call, shared);
  await call('DELETE', `/v1/acl/policy/${shared}`);
}
