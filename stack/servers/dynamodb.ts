import { mkdirSync, readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { servicesOn } from '../../activities/list';
import { provideJava, smallJvm } from '../provision/java';
import { provideJars } from '../provision/maven';
import { front } from './front';
import type { Running, ServerContext, ServerDefinition } from './server';
import { identityFiles, untilReady } from './server';

const jars = {
  subject: 'dynamodb',
  variable: 'HOLDFAST_DYNAMODB_LIBS',
  key: 'dynamodb-3.1.0',
  artifacts: ['software.amazon.dynamodb:DynamoDBLocal:3.1.0'],
  mainJar: 'DynamoDBLocal-',
};

const mainClass = 'software.amazon.dynamodb.services.local.main.ServerRunner';

/** Who may use the tables; the database itself knows no identities. */
const allowed = ['admin', ...servicesOn('dynamodb'), 'auditor'];

function client(context: ServerContext): DynamoDBClient {
  // Which Node versions next year's SDK will want is no news for whoever starts a server.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const files = identityFiles(context.certsDir, 'admin');
  const agent = new https.Agent({
    ca: readFileSync(files.ca),
    cert: readFileSync(files.crt),
    key: readFileSync(files.key),
  });
  return new DynamoDBClient({
    endpoint: `https://localhost:${context.ports.dynamodb}`,
    region: 'local',
    credentials: { accessKeyId: 'holdfast', secretAccessKey: 'holdfast' },
    maxAttempts: 1,
    requestHandler: { httpsAgent: agent, requestTimeout: 5_000, connectionTimeout: 2_000 },
  });
}

async function start(
  found: { java: string; libs: string; version: string },
  context: ServerContext,
): Promise<Running> {
  const dataDir = path.join(context.stateDir, 'dynamodb');
  mkdirSync(dataDir, { recursive: true });
  const { certsDir, ports } = context;
  const { dynamodb: listenPort, dynamodbLocal: upstreamPort } = ports;
  const flags = ['-Xms32m', '-Xmx256m', ...smallJvm, '-cp', path.join(found.libs, '*')];
  const server = context.spawn({
    name: 'dynamodb',
    command: found.java,
    args: [
      ...[...flags, mainClass, '-port', String(upstreamPort)],
      ...['-sharedDb', '-dbPath', dataDir, '-disableTelemetry'],
    ],
  });
  const terminator = context.spawn(
    front({ name: 'dynamodb', certsDir, listenPort, upstreamPort, allowed, protocol: 'http/1.1' }),
  );
  const children = [server, terminator];
  const ask = async (): Promise<void> => {
    const database = client(context);
    await database.send(new ListTablesCommand({})).finally(() => database.destroy());
  };
  await untilReady('dynamodb', children, ask);
  return { version: found.version, port: listenPort, children, ask };
}

/** DynamoDB Local on loopback behind a TLS terminator that knows who may use it. */
export const dynamodb: ServerDefinition = {
  name: 'dynamodb',
  ports: () => ['dynamodb', 'dynamodbLocal'],
  async provision(note) {
    const { binary: java } = await provideJava();
    const { libs, version } = await provideJars(jars, note);
    return (context) => start({ java, libs, version }, context);
  },
};
