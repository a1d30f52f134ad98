import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { gatewayOperations } from '../../../gateway/server';
import type { Operation, Operations } from '../../../platform/security/operations';
import { openShop, workflowIdAt } from '../../chaos/shop';
import { until } from '../../up/api-client';
import type { ApiAnswer } from '../../up/api-client';
import { shot } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import { askUnder, leafOfProcess, said } from '../wire';
import { mayCall, servicesWithApi, userOf } from './tables';
import type { Asked } from '../wire';

const urlOf = ({ environmentFor }: AttackTarget, name: string) =>
  `https://localhost:${environmentFor(name).HOLDFAST_HTTP_PORT}`;

/** Asks for something that is not there, without body and key: whoever is let in is told so, and nothing is done. */
const pathOf = ({ path }: Operation) => path.replace(/:\w+/g, 'attack-probe');

/** Every operation of every service, as it is asked there. */
function serviceOperations(target: AttackTarget) {
  return Object.entries(servicesWithApi).flatMap(([service, table]) =>
    Object.entries(table).map(([name, operation]) => {
      const url = `${urlOf(target, service)}${pathOf(operation)}`;
      return { name: `${service} ${name}`, url, method: operation.method, operation };
    }),
  );
}

const barred = '403 CALLER_NOT_ALLOWED';

/** Who is limited waits, as the answer says; what is looked for is behind the limit. */
async function patiently(ask: () => Promise<string>): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const seen = await ask();
    if (!seen.startsWith('429') || tries > 30) return seen;
    await delay(1_000);
  }
}

/** Sends something as a person, under a key of its own. */
async function send(
  api: AttackTarget['api'],
  { user, path, body }: { readonly user: string; readonly path: string; readonly body: unknown },
): Promise<ApiAnswer> {
  const token = await api.token(user);
  return api.call(path, { token, idempotencyKey: randomUUID(), body });
}

/** `let in` where the guard passed the call on, whatever came of it. */
function letIn(seen: string): string {
  const refusals = [
    '401 TOKEN_REQUIRED',
    '401 TOKEN_INVALID',
    '403 ROLE_MISSING',
    '403 CALLER_NOT_ALLOWED',
  ];
  return refusals.includes(seen) || seen === 'refused' ? seen : 'let in';
}

/** What a role is answered; nobody where there is none. */
function expectedFor({ roles }: Operation, role?: string): string {
  if (role === undefined) return roles === 'anyone' ? 'let in' : '401 TOKEN_REQUIRED';
  const may = typeof roles === 'string' || roles.includes(role);
  return may ? 'let in' : '403 ROLE_MISSING';
}

/** Every operation of a table for every role, and for nobody. */
async function matrix(
  target: AttackTarget,
  table: Operations,
  how: { readonly at: string; readonly url: string } & Pick<Asked, 'leaf'>,
): Promise<readonly Shot[]> {
  const { at, url, leaf } = how;
  const ask = (operation: Operation, token?: string) =>
    patiently(() =>
      askUnder(target, {
        ...{ url: `${url}${pathOf(operation)}`, method: operation.method },
        ...(leaf === undefined ? {} : { leaf }),
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      }),
    );
  const shots: Shot[] = [];
  for (const [name, operation] of Object.entries(table)) {
    const isBarred = leaf !== undefined && !mayCall(operation, 'gateway');
    const expected = (role?: string) => (isBarred ? barred : expectedFor(operation, role));
    shots.push(shot(`${at} ${name}, nobody`, expected(), letIn(await ask(operation))));
    for (const [role, user] of Object.entries(userOf)) {
      const token = await target.api.token(user);
      const seen = letIn(await ask(operation, token));
      shots.push(shot(`${at} ${name}, ${role}`, expected(role), seen));
    }
  }
  return shots;
}

const everyCell: Attack = {
  row: 'S12',
  title: 'every operation as every role, at the gateway and at the services themselves',
  source: 'ASVS 8.2.1, API5:2023',
  beyond: 'that an operation without roles does not start: test/unit/security/rbac.test.ts',
  async run(target) {
    const shots = [
      ...(await matrix(target, gatewayOperations, { at: 'gateway', url: target.gatewayUrl })),
    ];
    const leaf = leafOfProcess(target, 'gateway');
    for (const [name, table] of Object.entries(servicesWithApi)) {
      shots.push(...(await matrix(target, table, { at: name, url: urlOf(target, name), leaf })));
    }
    return shots;
  },
};

const withoutPerson: Attack = {
  row: 'S13',
  title: 'a service asked in the gateway’s name, and in nobody else’s',
  source: 'ASVS 8.3.1, 8.3.3',
  async run(target) {
    const leaf = leafOfProcess(target, 'gateway');
    const headers = { 'x-user-id': 'adam', 'x-roles': 'admin', 'x-forwarded-user': 'adam' };
    const shots: Shot[] = [];
    for (const { name, operation, ...asked } of serviceOperations(target)) {
      const seen = await askUnder(target, { ...asked, leaf, headers });
      shots.push(shot(name, mayCall(operation, 'gateway') ? '401 TOKEN_REQUIRED' : barred, seen));
    }
    return shots;
  },
};

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const endMs = 90_000;

const foreign: Attack = {
  row: 'S14',
  title: 'somebody else’s saga and order: read, followed, cancelled, returned',
  source: 'API1:2023, ASVS 8.2.2',
  async run(target) {
    const { api } = target;
    const shop = await openShop({ api, customer: 'frank', received: 5 });
    const orderId = `order-${randomUUID()}`;
    const location = await shop.placedOrder({ orderId });
    const id = workflowIdAt(location);
    await shop.outcomeOf(location);
    const token = await api.token('erin');
    const missing = `${id.slice(0, -8)}00000000`;
    const look = async (path: string, body?: object) => {
      const key = body === undefined ? {} : { idempotencyKey: randomUUID(), body };
      const answer = await api.call(path, { token, ...key, timeoutMs: 15_000 });
      const { code = '', detail = '', title = '' } = answer.body;
      return [answer.status, code, title, detail].map(String).join(' ');
    };
    const shots: Shot[] = [];
    const sameAs = async (name: string, pathFor: (id: string) => string, body?: object) => {
      const [theirs, none] = [await look(pathFor(id), body), await look(pathFor(missing), body)];
      shots.push(shot(`${name}: like one that is not there`, none, theirs));
      shots.push(shot(`${name}: not found`, '404', theirs.slice(0, 3)));
    };
    const sagaAt = (suffix: string) => (saga: string) =>
      `/sagas/${encodeURIComponent(saga)}${suffix}`;
    await sameAs('saga', sagaAt(''));
    await sameAs('explanation', sagaAt('/explanation'));
    await sameAs('cancel', sagaAt('/cancel'), { reason: 'not mine' });
    const theirs = (await look(`/orders/${orderId}`)).replaceAll(orderId, '<id>');
    const other = `order-${randomUUID()}`;
    const none = (await look(`/orders/${other}`)).replaceAll(other, '<id>');
    shots.push(shot('order: like one that is not there', none, theirs));
    const listed = await api.call('/sagas', { token });
    const found = JSON.stringify(listed.body).includes(id);
    shots.push(shot('in the list of sagas', 'absent', found ? 'listed' : 'absent'));
    const path = '/sagas/return-order';
    const returned = await send(api, { user: 'erin', path, body: { orderId } });
    if (returned.status !== 202) return [...shots, shot('return: taken', 202, said(returned))];
    // It may be asked for: whose order it is, the service of the orders says.
    const end = await until('the end of the return', endMs, async () => {
      const { body } = await api.call(String(returned.location), { token });
      return ['running', 'compensating'].includes(textOf(body.state)) ? undefined : body;
    });
    shots.push(shot('return: undone', 'compensated', textOf(end.state)));
    const order = await api.call(`/orders/${orderId}`, { token: await api.token('frank') });
    shots.push(shot('the order afterwards', 'confirmed', textOf(order.body.status)));
    return shots;
  },
};

const assigned: Attack = {
  row: 'S15',
  title: 'members that a client may not set',
  source: 'API3:2023, ASVS 8.2.3',
  async run({ api }) {
    const honest = {
      orderId: `order-${randomUUID()}`,
      lines: [{ sku: 'attack-probe', quantity: 1 }],
      payment: { amountCents: 100, currency: 'EUR' },
    };
    const start = async (body: unknown) =>
      said(await send(api, { user: 'carol', path: '/sagas/place-order', body }));
    const bodies: Record<string, unknown> = {};
    for (const member of ['ownerId', 'owner', 'status', 'roles', '_id', 'sagaId', 'epoch']) {
      bodies[member] = { ...honest, [member]: 'adam' };
    }
    bodies['price of a line'] = { ...honest, lines: [{ ...honest.lines[0], priceCents: 1 }] };
    bodies['state of the payment'] = {
      ...honest,
      payment: { ...honest.payment, state: 'captured' },
    };
    bodies['an operator for a text'] = { ...honest, orderId: { $gt: '' } };
    bodies['a list for a text'] = { ...honest, orderId: ['a'] };
    bodies['a prototype'] = `{"__proto__":{"polluted":true},${JSON.stringify(honest).slice(1)}`;
    bodies['a constructor'] = { ...honest, constructor: { prototype: { polluted: true } } };
    bodies['a negative amount'] = { ...honest, payment: { amountCents: -1, currency: 'EUR' } };
    bodies['an amount that is no number'] = {
      ...honest,
      payment: { amountCents: '1', currency: 'EUR' },
    };
    const shots: Shot[] = [];
    for (const [name, body] of Object.entries(bodies)) {
      shots.push(shot(name, '400 BODY_INVALID', await start(body)));
    }
    // Known to the contract, and never somebody else's.
    const seen = await start({ ...honest, customerId: 'adam' });
    return [...shots, shot('customerId', '422 CALLER_MISMATCH', seen)];
  },
};

const operatorVerbs = [
  ...['retry', 'skip', 'abort', 'pause', 'unpause', 'resume-forward', 'mark-done-externally'],
] as const;

const operatorsOnly: Attack = {
  row: 'S16',
  title: 'verbs without the role, and without a reason',
  source: 'API5:2023, ASVS 2.3.5',
  async run({ api }) {
    const shots: Shot[] = [];
    for (const verb of operatorVerbs) {
      const path = `/sagas/place-order:none/${verb}`;
      for (const user of ['carol', 'vera', 'pam', 'adam']) {
        const body = { reason: 'because', step: 'reserve stock' };
        const seen = said(await send(api, { user, path, body }));
        shots.push(shot(`${verb} as ${user}`, '403 ROLE_MISSING', seen));
      }
      const seen = said(await send(api, { user: 'olga', path, body: {} }));
      shots.push(shot(`${verb} without a reason`, '400 BODY_INVALID', seen));
    }
    return shots;
  },
};

const wrongCaller: Attack = {
  row: 'S20',
  title: 'a process of ours that has no business there',
  source: 'ASVS 13.2.2',
  async run(target) {
    const headers = { authorization: `Bearer ${await target.api.token('adam')}` };
    const shots: Shot[] = [];
    for (const process of [...Object.keys(servicesWithApi), 'auditor', 'keys']) {
      const leaf = leafOfProcess(target, process);
      for (const { name, operation, ...asked } of serviceOperations(target)) {
        if (mayCall(operation, process)) continue;
        const seen = await askUnder(target, { ...asked, leaf, headers });
        shots.push(shot(`${process} at ${name}`, barred, seen));
      }
    }
    return shots;
  },
};

/** Attacks on who may do what. */
export const roleAttacks: readonly Attack[] = [
  ...[everyCell, withoutPerson, foreign, assigned, operatorsOnly, wrongCaller],
];
