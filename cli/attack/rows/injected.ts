import { randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { consulName, instancesOf, openConsul } from '../../../platform/discovery/consul';
import type { ConsulError, ConsulRequest } from '../../../platform/discovery/consul';
import { parseConfig } from '../../../platform/runtime/config';
import { shot, shotAmong } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import type { Wrong } from '../forge';
import { logsSince } from '../logs';
import { said } from '../wire';

const service = 'inventory';
const foundMs = 30_000;

/** What came to an address that somebody gave as one of a service. */
interface Reached {
  readonly connections: number;
  readonly requests: number;
}

/**
 * Gives Consul an address of ours as one more instance of a service, and asks the gateway for that service until it has
 * tried it, as somebody can who has stolen that service's token. It listens under a certificate of our authority, or a
 * stranger's: only its identity is wrong.
 */
async function standIn(
  target: AttackTarget,
  leaf: { readonly name: string } & Wrong,
): Promise<Reached> {
  const { name, ...wrong } = leaf;
  const { cert, key } = await target.forge.issue(name, wrong);
  const seen = { connections: 0, requests: 0 };
  const server = createServer({ cert, key }, (_request, response) => {
    seen.requests += 1;
    response.setHeader('content-type', 'application/json').end('{"sku":"stolen"}');
  });
  server.on('connection', () => (seen.connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const config = parseConfig(target.environmentFor(service));
  const consul = openConsul(config);
  const id = `attack-${randomUUID()}`;
  try {
    const { port } = server.address() as AddressInfo;
    const body = { ID: id, Name: consulName(service, config.HOLDFAST_INSTANCE) };
    await consul.ask({
      ...{ method: 'PUT', path: '/v1/agent/service/register' },
      body: { ...body, Address: 'localhost', Port: port },
    });
    const token = await target.api.token('carol');
    for (let waitedMs = 0; seen.connections === 0; waitedMs += 100) {
      if (waitedMs > foundMs) throw new Error('the gateway never tried the address it was given');
      await target.api.call('/products/attack-probe', { token });
      await delay(100);
    }
    return { ...seen };
  } finally {
    await consul.ask({ method: 'PUT', path: `/v1/agent/service/deregister/${id}` });
    await consul.close();
    server.closeAllConnections();
    server.close();
  }
}

/** What Consul says to who registers the service, or takes it out, with the token of another process. */
async function byAnother(target: AttackTarget, thief: string): Promise<readonly Shot[]> {
  const config = parseConfig(target.environmentFor(thief));
  const consul = openConsul(config);
  const found = await knownInstance(target);
  const asked: Readonly<Record<string, ConsulRequest>> = {
    'registers another': {
      ...{ method: 'PUT', path: '/v1/agent/service/register' },
      body: { Name: consulName(service, config.HOLDFAST_INSTANCE), Address: 'localhost', Port: 1 },
    },
    'takes another out': { method: 'PUT', path: `/v1/agent/service/deregister/${found}` },
  };
  const shots: Shot[] = [];
  for (const [what, request] of Object.entries(asked)) {
    const status = await consul.ask(request).then(
      (answer) => answer.status,
      (error: ConsulError) => error.status,
    );
    shots.push(shot(`the token of ${thief} ${what}`, 403, status ?? 'no answer'));
  }
  await consul.close();
  return shots;
}

/** An instance of the service, as the gateway knows it. */
async function knownInstance(target: AttackTarget): Promise<string> {
  const config = parseConfig(target.environmentFor('gateway'));
  const consul = openConsul(config);
  const name = consulName(service, config.HOLDFAST_INSTANCE);
  const { body } = await consul.ask({ path: `/v1/health/service/${name}` });
  await consul.close();
  const [first] = instancesOf(body);
  if (first === undefined) throw new Error(`Consul knows no instance of ${service}`);
  return first.id;
}

async function addresses(target: AttackTarget): Promise<readonly Shot[]> {
  const leaves: Readonly<Record<string, { readonly name: string } & Wrong>> = {
    'another process of ours': { name: 'payments' },
    'a stranger under its name': { name: service, byStranger: true },
  };
  const shots = [...(await byAnother(target, 'gateway')), ...(await byAnother(target, 'payments'))];
  for (const [name, leaf] of Object.entries(leaves)) {
    const { requests } = await standIn(target, leaf);
    shots.push(shot(`an address in Consul, ${name}: requests that reach it`, 0, requests));
  }
  return shots;
}

/** Members that reach into a prototype, at every depth. */
function polluting(): Readonly<Record<string, string>> {
  const bodies: Record<string, string> = {};
  for (let depth = 1; depth <= 6; depth += 1) {
    const within = (member: string): string =>
      `${'{"a":'.repeat(depth - 1)}{${member}}${'}'.repeat(depth - 1)}`;
    bodies[`__proto__ at depth ${depth}`] = within('"__proto__":{"polluted":"yes"}');
    bodies[`constructor at depth ${depth}`] = within(
      '"constructor":{"prototype":{"polluted":"yes"}}',
    );
  }
  return bodies;
}

const operators: Readonly<Record<string, unknown>> = {
  '$gt for a text': { orderId: { $gt: '' } },
  '$where for a text': { orderId: { $where: 'sleep(1000)' } },
  '$ne in a line': { lines: [{ sku: { $ne: '' }, quantity: 1 }] },
  '$inc for a number': { payment: { amountCents: { $inc: 1 }, currency: 'EUR' } },
};

const statement = "x' OR '1'='1' --";
/** Looked for as somebody who has nothing: whatever is found was let out. */
const asked: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  'an operator in a query': ['/sagas?owner[$ne]=x', ['400 QUERY_INVALID']],
  'an operator as a state': ['/sagas?state[$gt]=', ['400 QUERY_INVALID']],
  'a statement as an owner': [
    `/sagas?owner=${encodeURIComponent(statement)}`,
    ['400 QUERY_INVALID'],
  ],
  'a statement as a saga': [`/sagas?saga=${encodeURIComponent(statement)}`, ['200, none']],
  'a statement as a step': [
    `/sagas?step=${encodeURIComponent("'; DROP TABLE sagas; --")}`,
    ['200, none'],
  ],
  'a statement as a place in the list': [
    `/sagas?after=${encodeURIComponent(statement)}`,
    ['400 QUERY_INVALID'],
  ],
  'a statement as an order': [
    `/orders/${encodeURIComponent(statement)}`,
    ['400 PATH_INVALID', '404 NOT_FOUND'],
  ],
  'an operator as an order': ['/orders/%7B%22$gt%22:%22%22%7D', ['400 PATH_INVALID']],
  'a path as a product': ['/products/..%2f..%2fhealthz', ['400 PATH_INVALID']],
  'an address as a product': ['/products/http:%2f%2flocalhost', ['400 PATH_INVALID']],
  'a prototype in a query': ['/sagas?__proto__[polluted]=yes', ['400 QUERY_INVALID']],
};

async function statements({ api }: AttackTarget): Promise<readonly Shot[]> {
  const token = await api.token('erin');
  const own = await api.call('/sagas', { token });
  const shots: Shot[] = [];
  for (const [name, [path, expected]] of Object.entries(asked)) {
    const answer = await api.call(path, { token });
    const { sagas } = answer.body;
    const seen = Array.isArray(sagas) ? `200, ${sagas.length || 'none'}` : said(answer);
    shots.push(shotAmong(name, expected, seen));
  }
  const later = await api.call('/sagas', { token });
  const same = JSON.stringify(later.body) === JSON.stringify(own.body);
  return [...shots, shot('the list afterwards', 'as before', same ? 'as before' : 'another')];
}

/** Ends a line, clears the screen, and would write a line of its own. */
const lineBreaking = '\u001b[2J\r\n{"level":"info","msg":"forged"}\u0000\u2028';

async function sendBodies({ api }: AttackTarget): Promise<readonly Shot[]> {
  const token = await api.token('carol');
  const bodies: Record<string, unknown> = { ...polluting(), ...operators };
  bodies['an end of a line in a member'] = { orderId: lineBreaking };
  bodies['an end of a line as a name'] = { [lineBreaking]: 1 };
  const shots: Shot[] = [];
  for (const [name, body] of Object.entries(bodies)) {
    const request = { token, idempotencyKey: randomUUID(), body };
    const answer = await api.call('/sagas/place-order', request);
    shots.push(shot(name, '400 BODY_INVALID', said(answer)));
    const isPolluted = JSON.stringify(answer.body).includes('polluted":"yes');
    if (isPolluted) shots.push(shot(`${name}: in the answer`, 'absent', 'there'));
  }
  return shots;
}

async function logLines(target: AttackTarget): Promise<readonly Shot[]> {
  const logs = logsSince(target.stateDir);
  const bodies = await sendBodies(target);
  const path = `/orders/${encodeURIComponent(lineBreaking)}`;
  await target.api.call(path, { token: `a${encodeURIComponent(lineBreaking)}` });
  const lines = await logs.untilSome('gateway');
  const isOneObject = (line: string): boolean => {
    if (/[\u0000-\u001f\u007f\u0085\u2028\u2029]/.test(line)) return false;
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === 'object' && (value as { msg?: unknown }).msg !== 'forged';
    } catch {
      return false;
    }
  };
  const odd = lines.filter((line) => !isOneObject(line)).length;
  return [...bodies, shot(`${lines.length} lines of logs: those that are no one object`, 0, odd)];
}

const injected: Attack = {
  row: 'S41',
  title: 'addresses, statements, prototypes and ends of lines where data belongs',
  source: 'API7:2023, ASVS 1.2.4, 13.2.4, 16.4.1',
  beyond:
    'addresses outside this machine: nothing but a handshake goes to an address before it is known who is there',
  async run(target) {
    return [
      ...(await addresses(target)),
      ...(await statements(target)),
      ...(await logLines(target)),
    ];
  },
};

/** Attacks by data that would be something else. */
export const injectionAttacks: readonly Attack[] = [injected];
