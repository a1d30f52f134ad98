import {
  http2Hello,
  httpHello,
  isPostgresError,
  kafkaHello,
  mongoHello,
  postgresAsksForTls,
  postgresHello,
  redisHello,
} from './hellos';
import type { Listener } from './knock';

type Greeting = Pick<Listener, 'hello' | 'before' | 'protocol' | 'isRefusal'>;

/** How a client begins in each protocol of ours, so that an honest listener answers. */
export const greetings = {
  http: { hello: httpHello },
  http2: { hello: http2Hello, protocol: 'h2' },
  kafka: { hello: kafkaHello },
  mongodb: { hello: mongoHello },
  redis: { hello: redisHello },
  postgres: { hello: postgresHello, before: postgresAsksForTls, isRefusal: isPostgresError },
} as const satisfies Readonly<Record<string, Greeting>>;
