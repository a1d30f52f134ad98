import { ask } from '../https-request';
import type { ServerContext } from '../server';

const policyName = 'holdfast-service';

/** What our processes may do: register any service, and see which are healthy. */
const rules = [
  'service_prefix "" { policy = "write" }',
  'node_prefix "" { policy = "read" }',
  'agent_prefix "" { policy = "read" }',
].join('\n');

async function ensurePolicy(call: Call): Promise<void> {
  const policies = JSON.parse(await call('GET', '/v1/acl/policies')) as { Name: string }[];
  if (policies.some((policy) => policy.Name === policyName)) return;
  await call('PUT', '/v1/acl/policy', { Name: policyName, Rules: rules });
}

type Call = (method: string, path: string, body?: unknown) => Promise<string>;

/**
 * Creates the one token our processes share, under an id this stack chose, so that a restart finds the same
 * one. Doing so proves that Consul takes writes. Safe to repeat.
 */
export async function ensureServiceToken(
  context: Pick<ServerContext, 'certsDir' | 'ports' | 'secret'>,
): Promise<void> {
  const headers = { 'X-Consul-Token': context.secret('consul-management-token') };
  const SecretID = context.secret('consul-service-token');
  const base = `https://localhost:${context.ports.consul}`;
  const call: Call = (method, path, body) =>
    ask(context, { url: base + path, method, headers, body });
  await ensurePolicy(call);
  const token = await ask(context, {
    url: `${base}/v1/acl/token/self`,
    headers: { 'X-Consul-Token': SecretID },
  }).catch(() => undefined);
  if (token !== undefined) return;
  const Policies = [{ Name: policyName }];
  await call('PUT', '/v1/acl/token', { SecretID, Policies, Description: 'services' });
}
