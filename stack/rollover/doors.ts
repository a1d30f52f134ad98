import type { TlsListener } from '../renewal/listeners';
import { greetings } from '../wire/greetings';
import type { Listener } from '../wire/knock';

/** How one knocks at a listener, and as whom: somebody who is let in there. */
export interface Door extends Listener {
  readonly as: string;
}

/** A listener that has said nothing for so long is asked again later. */
const waitMs = 3_000;

const ways: Readonly<Record<string, Partial<Door>>> = {
  temporal: greetings.http2,
  kafka: greetings.kafka,
  mongodb: greetings.mongodb,
  redis: greetings.redis,
  postgres: greetings.postgres,
  // People come without a certificate; what it makes of one is told by what asks for one.
  gateway: {
    as: 'prometheus',
    hello: Buffer.from(greetings.http.hello.toString().replace('/healthz', '/metrics')),
    isRefusal: (data) => !data.toString('latin1').startsWith('HTTP/1.1 200'),
  },
};

/** How to find out whom a listener believes. */
export function doorOf({ name, certificate, port }: TlsListener): Door {
  return { ...{ name, port, waitMs, as: 'admin', ...greetings.http }, ...ways[certificate] };
}
