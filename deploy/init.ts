import { writeFileSync } from 'node:fs';
import { ensureTokens } from '../stack/servers/consul/tokens';
import { ask } from '../stack/servers/https-request';
import { realmFor } from '../stack/servers/keycloak/realm';
import { ensureTopics } from '../stack/servers/kafka/topics';
import { ensureDatabases } from '../stack/servers/postgres/databases';
import { ensureNamespace } from '../stack/servers/temporal/namespace';
import { certsMount } from './compose/model';
import { consulVariables } from './env-secrets';
import { composeEndpoints, innerPorts, outerPorts } from './compose/places';
import { withForwards } from './forward';
import { handOutCertificates } from './hand-out';

const reach = {
  certsDir: certsMount,
  brokers: 3,
  ports: {
    ...outerPorts,
    ...{ temporal: innerPorts.temporal, postgres: innerPorts.postgres, consul: innerPorts.consul },
    ...{ kafka1: innerPorts.kafka, kafka2: innerPorts.kafka, kafka3: innerPorts.kafka },
  },
} as const;

/** A secret that `.env` gave to this container. */
function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run npm run compose:secrets`);
  return value;
}

function writeRealm(): void {
  const realm = realmFor(`https://localhost:${outerPorts.gateway}`);
  writeFileSync('/volumes/realm/holdfast-realm.json', realm, { mode: 0o600 });
}

async function prepareDiscovery(): Promise<void> {
  const secret = (name: string): string => required(consulVariables[name] ?? name);
  await ensureTokens({ ...reach, secret });
}

const via = (port: number, host: string, work: () => Promise<void>) => (): Promise<void> =>
  withForwards([{ port, host }], work);

/** The steps before the first start, by name; each is safe to repeat. */
const steps: Record<string, () => void | Promise<void>> = {
  certificates: () => handOutCertificates('/volumes'),
  realm: writeRealm,
  'realm-check': async () => {
    const url = `${composeEndpoints.issuer}/.well-known/openid-configuration`;
    await ask(reach, { url });
  },
  topics: via(innerPorts.kafka, 'kafka-1', () => ensureTopics(reach, '')),
  namespace: via(innerPorts.temporal, 'temporal', () => ensureNamespace(reach, 'holdfast')),
  tables: via(innerPorts.postgres, 'postgres', () => ensureDatabases(reach, '')),
  discovery: via(innerPorts.consul, 'consul', prepareDiscovery),
};

async function main(name: string): Promise<void> {
  const step = steps[name];
  if (!step)
    throw new Error(`There is no step ${name}; there are ${Object.keys(steps).join(', ')}`);
  await step();
  console.log(`${name}: done`);
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
