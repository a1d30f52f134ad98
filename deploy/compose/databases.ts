import { servicesOn } from '../../activities/list';
import { mongoSettings } from '../../stack/servers/mongodb';
import { databaseRoles } from '../../stack/servers/postgres/files';
import { images } from './images';
import type { Service } from './model';
import { after, certificatesOf, certsMount, healthy, healthyShell, server, stateIn } from './model';
import { innerPorts } from './places';

const certificatesFirst = after({ 'init-certificates': 'service_completed_successfully' });

/** Who may come in to the services' PostgreSQL: a certificate of ours, and only to the databases of that role. */
export function accessRules(): string {
  const own = Object.entries(databaseRoles)
    .filter(([, roles]) => roles.length > 0)
    .map(([database, roles]) => `hostssl ${database} ${roles.join(',')} all cert`);
  // The socket is inside the container; only its own health check and first set-up can reach it.
  return ['local all admin trust', 'hostssl all admin all cert', ...own, ''].join('\n');
}

/** Who may come in to Temporal's own store. */
export function temporalAccessRules(): string {
  return ['local all temporal trust', 'hostssl all temporal all cert', ''].join('\n');
}

function postgresServer(name: string, user: string, rules: string): Service {
  const settings = {
    ssl: 'on',
    ssl_cert_file: `${certsMount}/${name}.crt`,
    ssl_key_file: `${certsMount}/${name}.key`,
    ssl_ca_file: `${certsMount}/ca.crt`,
    ssl_min_protocol_version: 'TLSv1.2',
    hba_file: `/etc/holdfast/${rules}`,
    max_connections: '150',
    timezone: 'UTC',
  };
  return server({
    image: images.postgres,
    user: '999:999',
    command: Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    environment: {
      POSTGRES_USER: user,
      POSTGRES_DB: 'postgres',
      // Nobody can use it: every way in asks for a certificate. The image insists on one.
      POSTGRES_PASSWORD: '${HOLDFAST_POSTGRES_PASSWORD:?run npm run compose:secrets}',
      POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale=C',
    },
    configs: [{ source: rules, target: `/etc/holdfast/${rules}` }],
    volumes: [certificatesOf(name), stateIn(name, '/var/lib/postgresql/data')],
    tmpfs: ['/tmp', '/var/run/postgresql:uid=999,gid=999'],
    depends_on: certificatesFirst,
    healthcheck: healthy('pg_isready', '-U', user, '-d', 'postgres'),
    stop_signal: 'SIGINT',
  });
}

const mongoArguments = [
  ...['mongod', '--replSet', 'rs0', '--dbpath', '/data/db', '--bind_ip_all'],
  ...['--port', String(innerPorts.mongodb), '--wiredTigerCacheSizeGB', '0.25', '--nounixsocket'],
  ...['--tlsMode', 'requireTLS', '--tlsCertificateKeyFile', `${certsMount}/mongodb.pem`],
  ...['--tlsCAFile', `${certsMount}/ca.crt`, ...mongoSettings],
];

/** The shell of MongoDB's image, connected to the server as the identity whose certificates are mounted. */
export function mongoShell(host: string, identity: string, line: string): string[] {
  const address = `mongodb://${host}:${innerPorts.mongodb}/?directConnection=true`;
  return [
    ...['mongosh', address, '--quiet', '--tls', '--tlsCAFile', `${certsMount}/ca.crt`],
    ...['--tlsCertificateKeyFile', `${certsMount}/${identity}.pem`, '--eval', line],
  ];
}

function mongoServer(): Service {
  return server({
    image: images.mongodb,
    user: '999:999',
    entrypoint: mongoArguments,
    environment: { HOME: '/tmp' },
    volumes: [certificatesOf('mongodb'), stateIn('mongodb', '/data/db')],
    depends_on: certificatesFirst,
    healthcheck: healthy(...mongoShell('localhost', 'mongodb', 'quit(db.hello().ok ? 0 : 1)')),
  });
}

/** DynamoDB Local has no TLS: it listens inside the network namespace of a terminator that checks identities. */
function dynamoServers(): Record<string, Service> {
  const terminator = {
    name: 'dynamodb',
    certsDir: certsMount,
    listenHost: '0.0.0.0',
    listenPort: innerPorts.dynamodb,
    upstreamPort: innerPorts.dynamodbLocal,
    allowed: ['admin', ...servicesOn('dynamodb'), 'auditor'],
    protocol: 'http/1.1',
  };
  return {
    dynamodb: server({
      image: images.holdfast,
      command: ['node', 'dist/stack/terminator.js', JSON.stringify(terminator)],
      volumes: [certificatesOf('dynamodb')],
      depends_on: certificatesFirst,
      healthcheck: healthyShell(
        `node -e "require('net').connect(${innerPorts.dynamodb}).on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))"`,
      ),
    }),
    'dynamodb-local': server({
      image: images.dynamodb,
      user: '1000:1000',
      network_mode: 'service:dynamodb',
      command: [
        ...['-jar', 'DynamoDBLocal.jar', '-port', String(innerPorts.dynamodbLocal)],
        ...['-sharedDb', '-dbPath', '/data', '-disableTelemetry'],
      ],
      volumes: [stateIn('dynamodb', '/data')],
      depends_on: after({ dynamodb: 'service_started' }),
    }),
  };
}

function redisServer(): Service {
  const tls = (file: string): string => `${certsMount}/${file}`;
  const client = [
    '--tls',
    '--cacert',
    tls('ca.crt'),
    '--cert',
    tls('redis.crt'),
    '--key',
    tls('redis.key'),
  ];
  return server({
    image: images.redis,
    user: '999:999',
    entrypoint: [
      ...[
        'redis-server',
        '--port',
        '0',
        '--tls-port',
        String(innerPorts.redis),
        '--bind',
        '0.0.0.0',
      ],
      ...['--tls-cert-file', tls('redis.crt'), '--tls-key-file', tls('redis.key')],
      ...['--tls-ca-cert-file', tls('ca.crt'), '--tls-auth-clients', 'yes'],
      ...['--save', '', '--maxmemory', '256mb', '--maxmemory-policy', 'allkeys-lru'],
    ],
    volumes: [certificatesOf('redis')],
    depends_on: certificatesFirst,
    healthcheck: healthy('redis-cli', ...client, '-p', String(innerPorts.redis), 'ping'),
  });
}

/** The services' databases, Temporal's store and the cache. */
export function databases(): Record<string, Service> {
  return {
    postgres: postgresServer('postgres', 'admin', 'pg-hba'),
    'temporal-store': postgresServer('temporal-store', 'temporal', 'temporal-pg-hba'),
    mongodb: mongoServer(),
    ...dynamoServers(),
    redis: redisServer(),
  };
}
