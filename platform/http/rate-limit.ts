import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { RateLimiterRes } from 'rate-limiter-flexible';
import { createBreaker } from '../cache/breaker';
import { fromZero } from '../runtime/from-zero';
import { metricNames } from '../runtime/metric-names';
import { problem } from './problem';

/**
 * Requests one caller may make per minute: a person or service by subject, anybody else by address; how many of them
 * may start sagas; how many tokens that nobody of ours gave out may come from an address before they are answered 429.
 */
export const rateLimits = {
  windowSeconds: 60,
  subject: 12_000,
  start: 3_000,
  address: 3_000,
  refused: 10_000,
} as const;

type Scope = 'subject' | 'start' | 'address' | 'refused';

export interface RateLimiter {
  /**
   * Counts one request and says where its caller stands; throws the 429 problem with Retry-After when there were too
   * many.
   */
  admit(scope: Scope, key: string): Promise<Standing>;
}

/** What is left to a caller in this minute. */
export interface Standing {
  readonly scope: Scope;
  /** Requests of a whole minute, and those that are left. */
  readonly limit: number;
  readonly left: number;
  /** Until the minute is over. */
  readonly resetSeconds: number;
}

/** Header fields of the IETF's draft on rate limits, for every limit that a request was counted against. */
export function rateLimitHeaders(standings: readonly Standing[]): Record<string, string> {
  const listed = (text: (one: Standing) => string) => standings.map(text).join(', ');
  return {
    'ratelimit-policy': listed(
      ({ scope, limit }) => `"${scope}";q=${limit};w=${rateLimits.windowSeconds}`,
    ),
    ratelimit: listed(({ scope, left, resetSeconds }) => `"${scope}";r=${left};t=${resetSeconds}`),
  };
}

/** The part of a limiter that is used, whatever it counts in. */
interface Counting {
  consume(key: string): Promise<RateLimiterRes>;
}

export interface RateLimitOptions {
  /** The Redis client; undefined counts in this process alone. */
  readonly redis: unknown;
  readonly prefix: string;
  readonly registry: Registry;
  readonly limits?: Partial<Record<Scope, number>>;
}

function countersFor(scope: Scope, options: RateLimitOptions) {
  const points = options.limits?.[scope] ?? rateLimits[scope];
  const shared = { keyPrefix: `${options.prefix}rate:${scope}`, points };
  const duration = rateLimits.windowSeconds;
  const memory: Counting = new RateLimiterMemory({ ...shared, duration });
  const redis: Counting =
    options.redis === undefined
      ? memory
      : new RateLimiterRedis({ ...shared, duration, storeClient: options.redis });
  return { memory, redis, points };
}

/** A refusal carries when to come back; a fault of the store is an ordinary error. */
function isRefusal(error: unknown): error is RateLimiterRes {
  return typeof error === 'object' && error !== null && 'msBeforeNext' in error;
}

/**
 * Counts requests in Redis, shared by all gateways. While Redis is away each process counts alone: the limits then hold
 * approximately, and no request waits for Redis.
 */
export function createRateLimiter(options: RateLimitOptions): RateLimiter {
  const counters = {
    subject: countersFor('subject', options),
    start: countersFor('start', options),
    address: countersFor('address', options),
    refused: countersFor('refused', options),
  };
  const breaker = createBreaker();
  const limited = new Counter({
    name: metricNames.rateLimited,
    help: 'Requests refused because there were too many, by scope',
    labelNames: ['scope'],
    registers: [options.registry],
  });
  fromZero(limited, { scope: Object.keys(counters) });

  const secondsOf = ({ msBeforeNext }: RateLimiterRes): number =>
    Math.max(1, Math.ceil(msBeforeNext / 1_000));

  const standing = (scope: Scope, counted: RateLimiterRes): Standing => ({
    ...{ scope, limit: counters[scope].points, resetSeconds: secondsOf(counted) },
    left: Math.max(0, counted.remainingPoints),
  });

  function refuse(scope: Scope, refusal: RateLimiterRes): never {
    limited.inc({ scope });
    const headers = rateLimitHeaders([standing(scope, refusal)]);
    throw problem('RATE_LIMITED', { retryAfterSeconds: secondsOf(refusal), headers });
  }

  /** Undefined when the counter could not be asked; a refusal throws. */
  async function asked(counter: Counting, scope: Scope, key: string) {
    try {
      return standing(scope, await counter.consume(key));
    } catch (error) {
      if (isRefusal(error)) refuse(scope, error);
      return undefined;
    }
  }

  return {
    async admit(scope, key) {
      const { memory, redis } = counters[scope];
      if (breaker.allows()) {
        const found = await asked(redis, scope, key);
        if (found !== undefined) {
          breaker.succeeded();
          return found;
        }
        breaker.failed();
      }
      const { points: limit } = counters[scope];
      const unknown = { scope, limit, left: limit, resetSeconds: rateLimits.windowSeconds };
      return (await asked(memory, scope, key)) ?? unknown;
    },
  };
}
