import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createApiClient, subjectOf, until } from '../../cli/up/api-client';
import type { ApiClient } from '../../cli/up/api-client';
import { demonstration } from '../../cli/up/shown';
import { startWorld } from '../../cli/up/world';
import type { World } from '../../cli/up/world';
import { connectRedis, redisPrefix } from '../../platform/cache/redis';
import { parseConfig } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { cacheKeyOf } from '../../projections/cached';
import { orderStatus } from '../../projections/order-status';
import { aborted } from '../../stack';
import type { ServerName } from '../../stack';
import { startProcess } from '../../stack/processes';
import { lastingHeaders, openAsking } from './asking';
import type { BareAnswer } from './bare-server';
import { openReads } from './open-reads';
import type { Placed, ReadParts } from './open-reads';
import { baseNames } from './reads';
import type { ReadName } from './reads';
import type { GatewayTelling } from './run';
import type { OpenRead } from './samples';

/** Holdfast with an order that has ended, and every read of it ready. */
export interface GatewayWorld {
  readonly reads: ReadonlyMap<ReadName, OpenRead>;
  /** Bytes of the body that the cached read answers. */
  readonly bytes: number;
  stop(): Promise<void>;
}

/** A customer of the demonstration, whose order goes through. */
const customer = 'alice';

/** Patience with read models, milliseconds. */
const arrivedMs = 60_000;

const servers: readonly ServerName[] = [
  ...(['mongodb', 'postgres', 'dynamodb', 'kafka', 'temporal'] as const),
  ...(['redis', 'consul', 'keycloak', 'card-provider'] as const),
];

/** What no read of an ended order needs. Kafka and Temporal stay: gateway and payments would look for them. */
const idle = {
  processes: ['orchestrator', 'orders', 'inventory', 'projector', 'auditor'],
  servers: ['mongodb', 'dynamodb', 'card-provider'],
} as const;

/** Starts Holdfast, places an order, and stops what is not needed any more; all of it is gone afterwards. */
export async function openGatewayWorld(
  names: readonly ReadName[],
  telling: GatewayTelling,
): Promise<GatewayWorld> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  const closing: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true })];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  const onClose = (close: () => Promise<unknown>) => void closing.push(close);
  const { signal, onProgress } = telling;
  try {
    const stateDir = path.join(folder, 'state');
    // Nobody takes spans, as where there is neither file nor collector.
    const environment = { HOLDFAST_TRACE_FILE: '' };
    const started = { stateDir, servers, portBase: 0, fast: true, environment };
    const world = await startWorld({ ...started, signal, onProgress });
    onClose(() => world.stop());
    const opening = openReadsOf(world, { names, telling, onClose });
    return { ...(await Promise.race([opening, aborted(signal)])), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Opening {
  readonly names: readonly ReadName[];
  readonly telling: GatewayTelling;
  readonly onClose: (close: () => Promise<unknown>) => void;
}

async function openReadsOf(world: World, { names, telling, onClose }: Opening) {
  const api = createApiClient(world);
  onClose(() => api.close());
  const placed = await place(api, telling.say);
  telling.say('an order was placed and has ended; stopping what no read needs');
  await Promise.all(idle.processes.map((name) => world.remove(name)));
  await Promise.all(idle.servers.map((name) => world.stack.stopServer(name)));
  const config = parseConfig(world.stack.environmentFor('gateway'));
  const redis = connectRedis(config, silentLog);
  onClose(async () => redis.disconnect());
  const prefix = redisPrefix(config.HOLDFAST_INSTANCE);
  const cacheKey = `${prefix}${cacheKeyOf(orderStatus, placed.orderId)}`;
  const answer = await answerOf(world, api, placed);
  const bare = await startBare(world, names, { answer, cacheKey });
  const token = () => api.token(customer);
  const rateKey = `${prefix}rate:subject:${subjectOf(await token())}`;
  const parts: ReadParts = { world, redis, cacheKey, rateKey, placed, token, bare };
  return { reads: openReads(names, parts), bytes: Buffer.byteLength(answer.body) };
}

/** The order of the demonstration that goes through, once both read models have all of it. */
async function place(api: ApiClient, say: (text: string) => void): Promise<Placed> {
  const [saga] = await demonstration.run(api, say);
  const { businessKey } = saga?.timeline ?? {};
  if (saga === undefined || typeof businessKey !== 'string') throw new Error('no order was placed');
  const arrived = (path: string, member: string, value: string) =>
    until(`${path} with ${member} ${value}`, arrivedMs, async () => {
      const { body } = await api.call(path, { token: await api.token(customer) });
      return body[member] === value ? body : undefined;
    });
  await arrived(`/orders/${businessKey}`, 'status', 'confirmed');
  await arrived(`/sagas/${encodeURIComponent(saga.id)}`, 'source', 'read-model');
  return { orderId: businessKey, sagaPath: `/sagas/${encodeURIComponent(saga.id)}` };
}

/** The gateway's answer to the cached read, for the bare servers. */
async function answerOf(world: World, api: ApiClient, { orderId }: Placed): Promise<BareAnswer> {
  const asking = openAsking(world.gatewayUrl, world.caFile, 1);
  const headers = { authorization: `Bearer ${await api.token(customer)}` };
  try {
    const question = { path: `/orders/${orderId}`, headers, status: 200 };
    const answer = await asking.ask(question);
    return { headers: lastingHeaders(answer.headers), body: answer.body };
  } finally {
    await asking.close();
  }
}

interface BareParts {
  readonly answer: BareAnswer;
  readonly cacheKey: string;
}

/** Starts the bare servers that are wanted, each a process of its own under the gateway's certificate. */
async function startBare(
  { stack }: World,
  names: readonly ReadName[],
  { answer, cacheKey }: BareParts,
): Promise<ReadParts['bare']> {
  const file = path.join(stack.stateDir, 'bench-answer.json');
  writeFileSync(file, JSON.stringify(answer));
  const wanted = baseNames.filter((name) => names.includes(name));
  const started = wanted.map(async (read) => {
    const name = `bench-${read}`;
    const { HOLDFAST_HTTP_PORT = '' } = stack.environmentFor(name);
    const url = `https://localhost:${HOLDFAST_HTTP_PORT}`;
    const args = read === 'bare' ? [file] : [file, cacheKey];
    const env = { ...stack.environmentFor('gateway'), HOLDFAST_HTTP_PORT };
    // Anything that it answers will do: by then the entry may be gone from Redis, until the first read brings it back.
    const bare = { name, entry: 'bench/gateway/bare-server', args, env };
    await startProcess(stack, { ...bare, readyUrl: `${url}/` }).ready();
    return [read, { name, url }] as const;
  });
  return Object.fromEntries(await Promise.all(started));
}
