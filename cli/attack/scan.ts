import { connect as connectPlain } from 'node:net';
import { openPorts } from '../../stack/open-ports';
import { portBlock } from '../../stack/ports';
import type { PortName } from '../../stack/ports';
import { shot } from './attack';
import type { AttackTarget, Shot } from './attack';
import {
  consulCall,
  gossipHello,
  http2Hello,
  httpHello,
  isPostgresError,
  kafkaHello,
  mongoHello,
  postgresAsksForTls,
  postgresHello,
  redisHello,
} from '../../stack/wire/hellos';
import { greetings } from '../../stack/wire/greetings';
import { knock } from '../../stack/wire/knock';
import type { Heard } from '../../stack/wire/knock';
import { listenersOf } from './listeners';
import type { Listening } from './listeners';

/** How long a listener may say nothing; whoever does is asked once more with more patience, for it may be slow. */
const patiencesMs = [3_000, 7_000] as const;

/** What is said to every listener, in the clear and under TLS: one of it is what an honest server there answers. */
const hellos: Readonly<Record<string, Buffer>> = {
  ...{ http: httpHello, http2: http2Hello, kafka: kafkaHello, mongodb: mongoHello },
  ...{ redis: redisHello, postgresql: postgresHello, gossip: gossipHello, consul: consulCall },
};

const tlsAlert = 0x15;

/** What servers with TLS, or of another protocol, say to whoever comes with plain HTTP. */
const helpful = [
  'Client sent an HTTP request to an HTTPS server',
  'It looks like you are trying to access MongoDB over HTTP',
];

/** Servers with TLS have ways of saying so to those who come without: that is no answer. */
function isRefusal(data: Buffer): boolean {
  if (data[0] === tlsAlert || isPostgresError(data)) return true;
  const text = data.toString('latin1');
  return helpful.some((sentence) => text.includes(sentence));
}

/** Says one thing in the clear. */
function sayPlain(port: number, hello: Buffer, waitMs: number): Promise<Heard> {
  return new Promise((resolve) => {
    const socket = connectPlain(port, '127.0.0.1', () => socket.write(hello));
    const done = (heard: Heard): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(heard);
    };
    const late = setTimeout(() => done('silent'), waitMs);
    socket.once('data', (data: Buffer) => done(isRefusal(data) ? 'refused' : 'answered'));
    socket.once('error', () => done('refused'));
    socket.once('close', () => done('refused'));
  });
}

/** Every way to say hello to a listener, in the clear and under TLS. */
function waysInto(target: AttackTarget, { port, process: name }: Listening) {
  const said = Object.values(hellos);
  const door = { name, port, isRefusal };
  const secure = [
    ...said.map((hello) => ({ ...door, hello })),
    { ...door, ...greetings.http2 },
    { ...door, hello: postgresHello, before: postgresAsksForTls },
  ];
  return {
    plain: said.map((hello) => (waitMs: number) => sayPlain(port, hello, waitMs)),
    secure: secure.map((one) => (waitMs: number) => knock(target, { ...one, waitMs })),
  };
}

/** What is heard in each way, in the end. */
function heardIn(ways: readonly ((waitMs: number) => Promise<Heard>)[]): Promise<readonly Heard[]> {
  const patiently = async (way: (waitMs: number) => Promise<Heard>): Promise<Heard> => {
    for (const waitMs of patiencesMs) {
      const heard = await way(waitMs);
      if (heard !== 'silent') return heard;
    }
    return 'silent';
  };
  return Promise.all(ways.map(patiently));
}

/**
 * What a listener does with somebody who has no certificate, in one word for the report. One that waits for the rest of
 * what it takes for a beginning, and refuses everything else, refuses.
 */
async function probe(target: AttackTarget, listening: Listening): Promise<string> {
  const { plain, secure } = waysInto(target, listening);
  const inClear = await heardIn(plain);
  if (inClear.includes('answered')) return 'in the clear';
  const underTls = await heardIn(secure);
  if (underTls.includes('answered')) return 'under TLS';
  return [...inClear, ...underTls].includes('refused') ? 'refuses' : 'nobody';
}

/** Its row of the table, where it has one. */
function rowOf({ port, process: name }: Listening, ports: AttackTarget['ports']) {
  const isNamed = Object.values(ports).includes(port);
  return openPorts
    .filter((open) => open.process === name)
    .find((open) => (open.port === 'any' ? !isNamed : ports[open.port] === port));
}

/** What a listener is called in the report. */
function called({ port, process: name }: Listening, ports: AttackTarget['ports']): string {
  const place = (Object.keys(ports) as PortName[]).find((one) => ports[one] === port);
  return `${name}, ${place ?? 'a port of its own'}`;
}

/**
 * Finds every listener of every process of the stack and says hello to each without a certificate, in every protocol
 * the stack speaks. One that answers must be in the table of open ports, and each of the table must be found.
 */
export async function scan(target: AttackTarget): Promise<readonly Shot[]> {
  const { ports } = target;
  const from = Math.min(...Object.values(ports));
  const found = listenersOf(target.processes(), { from, below: from + portBlock.size });
  const shots = await Promise.all(
    found.map(async (one) => {
      const name = called(one, ports);
      const row = rowOf(one, ports);
      const reach = one.isLoopback ? 'this machine' : 'everywhere';
      return [
        shot(`scan: ${name}`, row?.answers ?? 'refuses', await probe(target, one)),
        shot(`scan: ${name}, can be reached from`, row?.reach ?? 'this machine', reach),
      ];
    }),
  );
  const known = found.map((one) => rowOf(one, ports));
  const missing = openPorts.filter((open) => !known.includes(open));
  const names = missing.map(({ process: name, port }) => `${name} ${port}`).join(', ') || 'none';
  return [...shots.flat(), shot('scan: open ports that nobody listens on', 'none', names)];
}
