import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { RequestListener } from 'node:http';
import { connectRedis } from '../../platform/cache/redis';
import { redisStore } from '../../platform/cache/redis-store';
import { runProcess } from '../../platform/host/process';
import { serverLimits } from '../../platform/http/server';
import type { Config } from '../../platform/runtime/config';
import { createLog } from '../../platform/runtime/log';
import { serverTlsOptions } from '../../platform/security/tls';

/** What every request is answered with: the gateway's own answer, as it was taken down. */
export interface BareAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const [, , answerFile = '', key] = process.argv;

/** Answers what is in a file; with a key, only after Redis was asked for what it has under it, as the cache asks. */
void runProcess(process.env, async (config) => {
  const log = createLog(config);
  const { headers, body } = JSON.parse(readFileSync(answerFile, 'utf8')) as BareAnswer;
  const redis = key === undefined ? undefined : connectRedis(config, log);
  const store = redis && redisStore(redis);
  const isThere = async (): Promise<boolean> => {
    if (store === undefined) return true;
    return (await store.look(key ?? '')).text !== undefined;
  };
  const close = await listen(config, (_request, response) => {
    const answer = (status: number) => response.writeHead(status, headers).end(body);
    isThere().then(
      (found) => answer(found ? 200 : 404),
      () => answer(503),
    );
  });
  return {
    log,
    async stop() {
      await close();
      redis?.disconnect();
    },
  };
});

/** The gateway's certificate and its limits, and nothing of what it does for each connection and request. */
function listen(config: Config, answer: RequestListener): Promise<() => Promise<void>> {
  const tls = { ...serverTlsOptions(config), requestCert: true, rejectUnauthorized: false };
  const server = createServer(
    { ...tls, keepAliveTimeout: serverLimits.keepAliveTimeoutMs },
    answer,
  );
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const { HOLDFAST_HTTP_HOST: host, HOLDFAST_HTTP_PORT: port } = config;
    server.listen({ host, port }, () => resolve(close));
  });
}
