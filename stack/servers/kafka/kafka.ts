import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Child } from '../../children/child';
import { StackError } from '../../errors';
import { smallJvm } from '../../provision/java';
import type { KafkaTools } from '../../provision/kafka-tools';
import { provisionKafkaTools } from '../../provision/kafka-tools';
import { controllerPort, kafkaProperties } from './properties';
import { readStoresAgain } from './stores';
import { ensureTopics, produceOne, requireAllBrokers } from './topics';
import type { Running, ServerContext, ServerDefinition } from '../server';
import { untilReady } from '../server';

/** One id for all clusters of all stacks: it only keeps a broker from joining a stranger's folder. */
const clusterId = '4L6g3nShT-eMCtK--X86sw';

function jvm(found: KafkaTools): string[] {
  return [
    ...['-Xms64m', '-Xmx320m', '-XX:MaxMetaspaceSize=128m', ...smallJvm],
    ...[
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
    ],
    ...['-cp', path.join(found.libs, '*')],
  ];
}

/** The quorum's members are written into its state, so their number cannot change under it. */
function requireSameBrokers(context: ServerContext, folder: string): void {
  const file = path.join(folder, 'brokers');
  const written = existsSync(file) ? Number(readFileSync(file, 'utf8')) : context.brokers;
  if (written !== context.brokers) {
    throw new StackError({
      code: 'STATE_MISMATCH',
      subject: 'kafka',
      cause: `the event log in ${folder} belongs to ${written} broker(s), not ${context.brokers}`,
      fix: `start with --brokers ${written}, or choose another state folder with --state`,
    });
  }
  writeFileSync(file, String(context.brokers));
}

async function format(
  found: KafkaTools,
  context: ServerContext,
  id: number,
  file: string,
): Promise<void> {
  const dataDir = path.join(context.stateDir, 'kafka', `broker-${id}`);
  if (existsSync(path.join(dataDir, 'meta.properties'))) return;
  mkdirSync(dataDir, { recursive: true });
  const tool = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file];
  const name = `kafka-format-${id}`;
  const child = context.spawn({ name, command: found.java, args: [...jvm(found), ...tool] });
  const { code, error } = await child.exited;
  if (code === 0) return;
  throw new StackError({
    code: 'SERVER_CRASHED',
    subject: 'kafka',
    cause: `formatting its storage ended with ${error?.message ?? code}`,
    logLines: child.logTail(),
    logFile: child.logFile,
    fix: 'read the lines above; the state folder must be writable',
  });
}

async function startBroker(found: KafkaTools, context: ServerContext, id: number): Promise<Child> {
  const folder = path.join(context.stateDir, 'kafka');
  const file = path.join(folder, `broker-${id}.properties`);
  writeFileSync(file, kafkaProperties(context, id));
  await format(found, context, id, file);
  const name = context.brokers === 1 ? 'kafka' : `kafka-${id}`;
  const args = [...jvm(found), 'kafka.Kafka', file];
  return context.spawn({ name, command: found.java, args });
}

async function start(found: KafkaTools, context: ServerContext): Promise<Running> {
  const folder = path.join(context.stateDir, 'kafka');
  mkdirSync(folder, { recursive: true });
  requireSameBrokers(context, folder);
  const ids = Array.from({ length: context.brokers }, (_, index) => index + 1);
  const children = await Promise.all(ids.map((id) => startBroker(found, context, id)));
  await untilReady('kafka', children, () => ensureTopics(context, ''));
  const ask = async (): Promise<void> => {
    await requireAllBrokers(context);
    await produceOne(context);
  };
  await untilReady('kafka', children, ask);
  return { version: found.version, port: context.ports.kafka1, children, ask };
}

/** Kafka in KRaft mode, one broker or three, TLS with client certificates and access by identity. */
export const kafka: ServerDefinition = {
  name: 'kafka',
  ports: ({ brokers }) => {
    const all = (['kafka1', 'kafka2', 'kafka3'] as const).slice(0, brokers);
    return [...all, ...all.map((_, index) => controllerPort(index + 1))];
  },
  async provision(note) {
    const found = await provisionKafkaTools(note);
    return (context) => start(found, context);
  },
  reload: readStoresAgain,
};
