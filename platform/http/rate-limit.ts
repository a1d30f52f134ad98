import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { RateLimiterRes } from 'rate-limiter-flexible';
import { createBreaker } from '../cache/breaker';
import { fromZero } from '../runtime/from-zero';
import { metricNames } from '../runtime/metric-names';
import { problem } from './problem';

/**
 * Requests one caller may make per minute: a person or service by subject, anybody else by address; and how many tokens
 * that nobody of ours gave out may come from an address before they are answered 429.
 */
export const rateLimits = {
  windowSeconds: 60,
  subject: 12_000,
  address: 3_000,
  refused: 10_000,
} as const;

type Scope = 'subject' | 'address' | 'refused';

export interface RateLimiter {
  /** Counts one request; throws the 429 problem with Retry-After when there were too many. */
  admit(scope: Scope, key: string): Promise<void>;
}

/** The part of a limiter that is used, whatever it counts in. */
interface Counting {
  consume(key: string): Promise<unknown>;
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
  return { memory, redis };
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

  function refuse(scope: Scope, refusal: RateLimiterRes): never {
    limited.inc({ scope });
    const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
    throw problem('RATE_LIMITED', { retryAfterSeconds });
  }

  /** True when the counter could be asked; a refusal throws. */
  async function asked(counter: Counting, scope: Scope, key: string): Promise<boolean> {
    try {
      await counter.consume(key);
      return true;
    } catch (error) {
      if (isRefusal(error)) refuse(scope, error);
      return false;
    }
  }

  return {
    async admit(scope, key) {
      const { memory, redis } = counters[scope];
      if (breaker.allows()) {
        if (await asked(redis, scope, key)) {
          breaker.succeeded();
          return;
        }
        breaker.failed();
      }
      await asked(memory, scope, key);
    },
  };
}
