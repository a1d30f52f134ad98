import { Redis } from 'ioredis';
import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Config } from '../runtime/config';
import type { Log } from '../runtime/log';
import { metricNames } from '../runtime/metric-names';
import { watchCredentials } from '../security/renewal';
import { peerTlsOptions } from '../security/tls';

/** A cache must never be what a request waits for; times in milliseconds. */
export const redisLimits = {
  commandTimeoutMs: 250,
  connectTimeoutMs: 1_000,
  reconnectMsMax: 2_000,
} as const;

/**
 * Connects to Redis over mutual TLS; the server must carry the identity `redis`. Commands fail at
 * once while there is no connection and after 250 ms otherwise; connecting goes on for ever in the
 * background. After a renewal of the certificate it connects anew, which takes a tenth of a second.
 */
export function connectRedis(
  config: Pick<
    Config,
    | 'HOLDFAST_REDIS_HOST'
    | 'HOLDFAST_REDIS_PORT'
    | 'HOLDFAST_CA_FILE'
    | 'HOLDFAST_CERT_FILE'
    | 'HOLDFAST_KEY_FILE'
  >,
  log: Log,
): Redis {
  const redis = new Redis({
    host: config.HOLDFAST_REDIS_HOST,
    port: config.HOLDFAST_REDIS_PORT,
    tls: peerTlsOptions(config, 'redis'),
    commandTimeout: redisLimits.commandTimeoutMs,
    connectTimeout: redisLimits.connectTimeoutMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    enableReadyCheck: true,
    retryStrategy: (times) => Math.min(50 * times + Math.random() * 50, redisLimits.reconnectMsMax),
  });
  const stopWatching = watchCredentials(config, (change) => {
    redis.options.tls = peerTlsOptions(config, 'redis');
    if (change === 'other') redis.disconnect(true);
  });
  redis.once('end', stopWatching);
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) log.warn('Redis is away', { error });
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info('Redis is back');
    away = false;
  });
  return redis;
}

/** What the keys of one world begin with: caches share them with whoever tells them of changes. */
export function redisPrefix(instance: string): string {
  return `holdfast${instance}:`;
}

/** Shows whether this process reaches Redis. */
export function observeRedis(registry: Registry, redis: Pick<Redis, 'status'>): void {
  new Gauge({
    name: metricNames.cacheStoreUp,
    help: '1 while this process reaches Redis',
    registers: [registry],
    collect() {
      this.set(redis.status === 'ready' ? 1 : 0);
    },
  });
}
