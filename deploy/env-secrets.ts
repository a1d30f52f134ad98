import { consulTokenOf, tokenHolders } from '../stack/servers/consul/tokens';

/** The variable of `.env` that holds the token of a process at Consul. */
const variableOf = (holder: string): string => `HOLDFAST_CONSUL_TOKEN_${holder.toUpperCase()}`;

export const managementTokenVariable = 'HOLDFAST_CONSUL_MANAGEMENT_TOKEN';

/** The variable of each secret that is about Consul, by the name of the secret. */
export const consulVariables: Readonly<Record<string, string>> = {
  'consul-management-token': managementTokenVariable,
  ...Object.fromEntries(
    tokenHolders.map((holder) => [consulTokenOf((name) => name)(holder), variableOf(holder)]),
  ),
};

/** What `docker-compose.yml` asks for by name. Consul wants its tokens to be UUIDs; the rest only has to be secret. */
export const secretVariables: readonly string[] = [
  ...Object.values(consulVariables),
  'HOLDFAST_KEYCLOAK_PASSWORD',
  'HOLDFAST_POSTGRES_PASSWORD',
  'HOLDFAST_GRAFANA_PASSWORD',
];

/** As the Compose file asks for what is in `.env`. */
export const fromEnv = (variable: string): string => `\${${variable}:?run npm run compose:secrets}`;
