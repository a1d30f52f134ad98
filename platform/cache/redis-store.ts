import { createHash } from 'node:crypto';
import { storeLimits } from './store';
import type { Begun, CacheStore, Held, PutOutcome, RaiseOutcome, Version } from './store';

/** The part of a Redis client that scripts need. */
export interface ScriptRunner {
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>;
  evalsha(sha: string, keys: number, ...told: (string | number)[]): Promise<unknown>;
  eval(script: string, keys: number, ...told: (string | number)[]): Promise<unknown>;
}

/** Milliseconds by the server's clock: those of gateways may differ. */
const clock = `local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** A version that the floor rises to; what is below it goes. Expects `key`, `least`. */
const raiseFloor = `local floor = redis.call('HGET', key, 'floor')
  local isRaised = not floor or floor < least
  if isRaised then redis.call('HSET', key, 'floor', least) end
  local version = redis.call('HGET', key, 'version')
  if version and version < least then redis.call('HDEL', key, 'version', 'text') end`;

/** Each sees one key. Versions are texts of one length, so that they compare as they stand. */
const scripts = {
  begin: `local key, token, lockMs, keptMs = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
  ${clock}
  redis.call('HSETNX', key, 'born', token)
  redis.call('PEXPIRE', key, keptMs)
  local held = redis.call('HMGET', key, 'born', 'floor', 'version', 'text', 'lock', 'lockedUntil')
  local isFree = not held[5] or tonumber(held[6]) <= now
  if isFree then redis.call('HSET', key, 'lock', token, 'lockedUntil', now + lockMs) end
  return { held[1], held[2], held[3], held[4], isFree and 1 or 0 }`,

  put: `local key, born, version, text = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
  local token, isMissing, keptMs = ARGV[4], ARGV[5], ARGV[6]
  ${clock}
  local held = redis.call('HMGET', key, 'born', 'floor', 'version', 'lock', 'expectedUntil')
  if held[4] == token then redis.call('HDEL', key, 'lock', 'lockedUntil') end
  if held[1] ~= born then return 'gone' end
  if held[2] and version < held[2] then return 'older' end
  if held[3] and version < held[3] then return 'older' end
  if isMissing == '1' and held[5] and tonumber(held[5]) > now then return 'expected' end
  redis.call('HSET', key, 'version', version, 'text', text)
  redis.call('PEXPIRE', key, keptMs)
  return 'stored'`,

  release: `local key, token = KEYS[1], ARGV[1]
  if redis.call('HGET', key, 'lock') == token then redis.call('HDEL', key, 'lock', 'lockedUntil') end
  return 'released'`,

  raise: `local key, least, keptMs = KEYS[1], ARGV[1], ARGV[2]
  if redis.call('EXISTS', key) == 0 then return 'unread' end
  ${raiseFloor}
  if not isRaised then return 'late' end
  redis.call('PEXPIRE', key, keptMs)
  return 'raised'`,

  expect: `local key, token, keptMs = KEYS[1], ARGV[1], ARGV[2]
  ${clock}
  local least = redis.call('HGET', key, 'version')
  if least then
    ${raiseFloor}
    redis.call('HDEL', key, 'version', 'text')
  end
  redis.call('HSET', key, 'born', token, 'expectedUntil', now + keptMs)
  redis.call('PEXPIRE', key, keptMs)
  return 'expected'`,
} as const;

const shas = new Map(
  Object.values(scripts).map((script) => [script, createHash('sha1').update(script).digest('hex')]),
);

const isUnknownScript = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('NOSCRIPT');

/** The store of the cache in Redis: a hash for each key, changed by scripts alone. */
export function redisStore(redis: ScriptRunner): CacheStore {
  async function run(name: keyof typeof scripts, key: string, ...told: (string | number)[]) {
    const script = scripts[name];
    try {
      return await redis.evalsha(shas.get(script) ?? '', 1, key, ...told);
    } catch (error) {
      // A server that was started anew, or told to forget its scripts, is given the script once more.
      if (!isUnknownScript(error)) throw error;
      return await redis.eval(script, 1, key, ...told);
    }
  }
  const { keptMs, lockMs } = storeLimits;
  return {
    look: async (key) => heldOf(await redis.hmget(key, 'born', 'floor', 'version', 'text')),
    begin: async (key, token) => {
      const found = (await run('begin', key, token, lockMs, keptMs)) as unknown[];
      return { ...heldOf(found.slice(0, 4)), hasLock: found[4] === 1 } as Begun;
    },
    put: async (key, { born, version, text, token, isMissing }) => {
      const told = [born, version, text, token, isMissing ? 1 : 0, keptMs];
      return (await run('put', key, ...told)) as PutOutcome;
    },
    release: (key, token) => run('release', key, token),
    raise: async (key, version) => (await run('raise', key, version, keptMs)) as RaiseOutcome,
    expect: (key, token) => run('expect', key, token, keptMs),
  };
}

function heldOf(fields: readonly unknown[]): Held {
  const [born, floor, version, text] = fields.map((one) =>
    typeof one === 'string' ? one : undefined,
  );
  return {
    ...(born === undefined ? {} : { born }),
    ...(floor === undefined ? {} : { floor: floor as Version }),
    ...(version === undefined ? {} : { version: version as Version }),
    ...(text === undefined ? {} : { text }),
  };
}
