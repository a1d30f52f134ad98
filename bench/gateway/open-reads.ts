import { until } from '../../cli/up/api-client';
import type { World } from '../../cli/up/world';
import type { connectRedis } from '../../platform/cache/redis';
import { redisStore } from '../../platform/cache/redis-store';
import { groupsOf } from '../measure/groups';
import { openAsking } from './asking';
import type { Asking, Question } from './asking';
import type { BaseName, ReadName } from './reads';
import type { CpuName, OpenRead } from './samples';

/** An order that has ended, and the saga that did it. */
export interface Placed {
  readonly orderId: string;
  readonly sagaPath: string;
}

/** What reads are made of. */
export interface ReadParts {
  readonly world: World;
  /** With the gateway's certificate. */
  readonly redis: ReturnType<typeof connectRedis>;
  /** Where the cache has the order, and where the gateway counts the requests of its caller. */
  readonly cacheKey: string;
  readonly rateKey: string;
  readonly placed: Placed;
  readonly token: () => Promise<string>;
  readonly bare: Readonly<
    Partial<Record<BaseName, { readonly name: string; readonly url: string }>>
  >;
}

/** Answers that come out of Redis: `stale` is what is a moment too old, while one reader loads it anew. */
const fromCache = ['hit', 'stale'] as const;

/** So often the count of the caller's requests is taken back; milliseconds. */
const forgetMs = 1_000;

/** The cache has the order at the first or second read. */
const cachedMs = 10_000;

/** Every read, ready to be asked. */
export function openReads(
  names: readonly ReadName[],
  parts: ReadParts,
): ReadonlyMap<ReadName, OpenRead> {
  return new Map(names.map((name) => [name, openRead(name, parts)]));
}

function openRead(name: ReadName, parts: ReadParts): OpenRead {
  return {
    name,
    groups: groupsOf<CpuName>(parts.world.stack, processesOf(name, parts)),
    async begin(callers) {
      await untilCached(parts);
      const stopForgetting = await keepForgetting(parts);
      const { ask, close } = await begun(name, parts, callers);
      const end = async (): Promise<void> => {
        stopForgetting();
        await close();
      };
      return { ask, end };
    },
  };
}

/** Names of processes in the stack, by whose work is told. */
function processesOf(
  read: ReadName,
  { bare }: ReadParts,
): Partial<Record<CpuName, readonly string[]>> {
  const redis = ['redis'];
  switch (read) {
    case 'redis':
      return { redis };
    case 'bare':
      return { server: [bare.bare?.name ?? ''] };
    case 'bare-redis':
      return { server: [bare['bare-redis']?.name ?? ''], redis };
    case 'gateway':
      return { server: ['gateway'], redis };
    case 'saga':
    case 'saga-304':
      return { server: ['gateway'], redis, database: ['postgres'] };
    case 'service':
      return { server: ['gateway'], redis, database: ['postgres'], service: ['payments'] };
  }
}

/** Brings the order back into Redis, where it has run out meanwhile. */
async function untilCached(parts: ReadParts): Promise<void> {
  const asking = openAsking(parts.world.gatewayUrl, parts.world.caFile, 1);
  const question = await questionOf('gateway', parts);
  try {
    await until('the order in the cache', cachedMs, () =>
      asking.ask(question).catch(() => undefined),
    );
  } finally {
    await asking.close();
  }
}

/**
 * The gateway counts what a caller asks for, and one that asks without a pause would soon be refused. The counting is
 * measured with the rest; what was counted is taken back.
 */
async function keepForgetting({ redis, rateKey }: ReadParts): Promise<() => void> {
  await redis.del(rateKey);
  const forget = () => void redis.del(rateKey).catch(() => undefined);
  const every = setInterval(forget, forgetMs);
  return () => clearInterval(every);
}

async function begun(name: ReadName, parts: ReadParts, callers: number) {
  if (name === 'redis') return readingRedis(parts);
  const question = await questionOf(name, parts);
  const asking = openAsking(question.url, parts.world.caFile, callers);
  const known = name === 'saga-304' ? await tagged(asking, question) : question;
  return {
    ask: async () => void (await asking.ask(known)),
    close: () => asking.close(),
  };
}

function readingRedis({ redis, cacheKey }: ReadParts) {
  const store = redisStore(redis);
  const ask = async (): Promise<void> => {
    const { text } = await store.look(cacheKey);
    if (text === undefined) throw new Error('Redis does not have the order any more');
  };
  return { ask, close: async () => undefined };
}

/** What is asked over HTTPS. The bare servers are sent the token as well: the bytes are the same both ways. */
async function questionOf(
  name: Exclude<ReadName, 'redis'>,
  { world, placed, token, bare }: ReadParts,
): Promise<Question & { readonly url: string }> {
  const headers = { authorization: `Bearer ${await token()}` };
  const order = { path: `/orders/${placed.orderId}`, headers, status: 200 };
  switch (name) {
    case 'bare':
    case 'bare-redis':
      return { ...order, url: bare[name]?.url ?? '' };
    case 'gateway':
      return { ...order, url: world.gatewayUrl, cache: fromCache };
    case 'saga':
    case 'saga-304':
      return { ...order, url: world.gatewayUrl, path: placed.sagaPath };
    case 'service':
      return { ...order, url: world.gatewayUrl, path: `/payments/${placed.orderId}` };
  }
}

/** The same question by somebody who has the answer. */
async function tagged(asking: Asking, question: Question): Promise<Question> {
  const { etag } = (await asking.ask(question)).headers;
  if (etag === undefined) throw new Error(`${question.path} was answered without an ETag`);
  return { ...question, status: 304, headers: { ...question.headers, 'if-none-match': etag } };
}
