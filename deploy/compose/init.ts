import { consulVariables, fromEnv } from '../env-secrets';
import { images } from './images';
import type { Condition, Service } from './model';
import { after, certificatesOf, oneShot } from './model';
import { mongoShell } from './databases';
import { innerPorts, brokerIds } from './places';

type Conditions = Readonly<Record<string, Condition>>;

/** A step of the first start that runs our own image as the administrator's identity. */
function step(name: string, conditions: Conditions, more: Service = {}): Service {
  return oneShot({
    image: images.holdfast,
    command: ['node', 'dist/deploy/init.js', name],
    volumes: [certificatesOf('admin')],
    depends_on: after(conditions),
    ...more,
  });
}

/** The only container that is root: it gives each server the files only that server may read. */
function certificates(): Service {
  return oneShot({
    image: images.holdfast,
    build: { context: '.' },
    user: '0:0',
    command: ['node', 'dist/deploy/init.js', 'certificates'],
    cap_add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
    network_mode: 'none',
    volumes: [
      { type: 'volume', source: 'authority', target: '/volumes/authority' },
      { type: 'volume', source: 'certificates', target: '/volumes/certificates' },
      { type: 'volume', source: 'realm', target: '/volumes/realm' },
      { type: 'volume', source: 'dynamodb', target: '/volumes/dynamodb' },
      { type: 'volume', source: 'card-provider', target: '/volumes/card-provider' },
      { type: 'volume', source: 'keys', target: '/volumes/keys' },
    ],
  });
}

function realm(): Service {
  return step(
    'realm',
    { 'init-certificates': 'service_completed_successfully' },
    { volumes: [{ type: 'volume', source: 'realm', target: '/volumes/realm' }] },
  );
}

function discovery(): Service {
  return step(
    'discovery',
    { consul: 'service_healthy' },
    {
      environment: Object.fromEntries(
        Object.values(consulVariables).map((variable) => [variable, fromEnv(variable)]),
      ),
    },
  );
}

function replicaSet(): Service {
  const members = `[{ _id: 0, host: "mongodb:${innerPorts.mongodb}" }]`;
  const initiate = `rs.initiate({ _id: "rs0", members: ${members} })`;
  const line = `try { rs.status() } catch (e) { if (e.codeName !== "NotYetInitialized") throw e; ${initiate} }`;
  const primary = 'for (;;) { if (db.hello().isWritablePrimary) quit(0); sleep(200) }';
  return oneShot({
    image: images.mongodb,
    user: '999:999',
    entrypoint: mongoShell('mongodb', 'mongodb', `${line}; ${primary}`),
    environment: { HOME: '/tmp' },
    volumes: [certificatesOf('mongodb')],
    depends_on: after({ mongodb: 'service_healthy' }),
  });
}

const brokersHealthy = Object.fromEntries(
  brokerIds.map((id) => [`kafka-${id}`, 'service_healthy']),
) as Conditions;

/** Certificates → realm → topics and permissions → namespace and search attributes → databases. */
export function initSteps(): Record<string, Service> {
  return {
    'init-certificates': certificates(),
    'init-realm': realm(),
    'init-realm-check': step('realm-check', { keycloak: 'service_healthy' }),
    'init-topics': step('topics', brokersHealthy),
    'init-namespace': step('namespace', { temporal: 'service_healthy' }),
    'init-tables': step('tables', { postgres: 'service_healthy' }),
    'init-replica-set': replicaSet(),
    'init-discovery': discovery(),
  };
}
