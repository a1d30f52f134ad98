import { setTimeout as delay } from 'node:timers/promises';
import { serverLimits } from '../../../platform/http/server';
import { shot } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import { askOnce, holdSocket } from '../wire';
import type { Held, HeldSocket } from '../wire';

/** A busy machine looks late, and our own drip hears of the end a second later. */
const slackMs = 5_000;
const { headersTimeoutMs, requestTimeoutMs, answerTimeoutMs, checkIntervalMs } = serverLimits;

interface Flood extends Held {
  readonly name: string;
  readonly sockets: number;
  /** After that none may be open any more. */
  readonly boundMs: number;
}

const large = 'GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n';

function floods(token: string): readonly Flood[] {
  const post = [
    ...['POST /sagas/place-order HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${token}`],
    ...['Content-Type: application/json', 'Content-Length: 100000', '', '{"a":"'],
  ].join('\r\n');
  return [
    {
      ...{ name: 'heads that never end', sockets: 200, reads: true },
      ...{ first: 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n', drip: 'X-A: a\r\n' },
      boundMs: headersTimeoutMs + checkIntervalMs + slackMs,
    },
    {
      ...{ name: 'nothing at all', sockets: 50, reads: true, first: '', drip: '' },
      boundMs: headersTimeoutMs + checkIntervalMs + slackMs,
    },
    {
      ...{ name: 'bodies that never end', sockets: 100, reads: true, first: post, drip: 'a' },
      boundMs: requestTimeoutMs + checkIntervalMs + slackMs,
    },
    {
      // Enough of a large answer that no buffer on the way can take it.
      ...{ name: 'answers that nobody takes', sockets: 20, reads: false },
      ...{ first: large.repeat(12), drip: '\r\n' },
      boundMs: answerTimeoutMs + slackMs,
    },
  ];
}

async function hold(target: AttackTarget, flood: Flood): Promise<readonly HeldSocket[]> {
  return Promise.all(Array.from({ length: flood.sockets }, () => holdSocket(target, flood)));
}

/** How many are open, or were for longer than they may. */
function tooLong(sockets: readonly HeldSocket[], boundMs: number): number {
  return sockets.filter((socket) => (socket.closedAfterMs() ?? Infinity) > boundMs).length;
}

const honestPauseMs = 250;
const honestBefore = 20;

/** Milliseconds of one honest request on a connection of its own; `undefined` where it was not answered. */
async function honestMs(target: AttackTarget): Promise<number | undefined> {
  const startedMs = performance.now();
  const answer = await askOnce(target, { url: `${target.gatewayUrl}/healthz` }).catch(
    () => undefined,
  );
  return answer?.status === 200 ? performance.now() - startedMs : undefined;
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Infinity;
}

/** Beside a flood an honest request may take twice as long as before, and a moment. */
const momentMs = 100;

async function honestBeside(
  target: AttackTarget,
  before: readonly number[],
  untilMs: number,
): Promise<readonly Shot[]> {
  const beside: (number | undefined)[] = [];
  while (performance.now() < untilMs) {
    beside.push(await honestMs(target));
    await delay(honestPauseMs);
  }
  const answered = beside.filter((ms) => ms !== undefined);
  const boundMs = Math.round(2 * medianOf(before) + momentMs);
  const ms = Math.round(medianOf(answered));
  const within = `a median within ${boundMs} ms`;
  return [
    shot('honest requests that were not answered', 0, beside.length - answered.length),
    shot('honest requests beside them', within, ms <= boundMs ? within : `${ms} ms`),
  ];
}

const slow: Attack = {
  row: 'S40',
  title: 'clients that send and read so slowly that they never end',
  source: 'ASVS 13.2.6, RFC 9110 15.5.9',
  beyond: 'more clients than a process takes at once (2,000): a proxy in front counts them',
  async run(target) {
    const token = await target.api.token('carol');
    const before: number[] = [];
    for (let tries = 0; tries < honestBefore; tries += 1) {
      const ms = await honestMs(target);
      if (ms === undefined) throw new Error('an honest request is not answered');
      before.push(ms);
    }
    const held: (readonly [Flood, readonly HeldSocket[]])[] = [];
    try {
      for (const flood of floods(token)) held.push([flood, await hold(target, flood)]);
      const longestMs = Math.max(...held.map(([{ boundMs }]) => boundMs));
      const honest = await honestBeside(target, before, performance.now() + longestMs);
      const closed = held.map(([{ name, sockets: count, boundMs }, sockets]) => {
        const bound = `closed within ${boundMs / 1_000} s`;
        const late = tooLong(sockets, boundMs);
        return shot(`${count} × ${name}`, bound, late === 0 ? bound : `${late} open for longer`);
      });
      return [...closed, ...honest];
    } finally {
      for (const [, sockets] of held) sockets.forEach((socket) => socket.destroy());
    }
  },
};

/** Attacks by clients that take their time. */
export const slowAttacks: readonly Attack[] = [slow];
