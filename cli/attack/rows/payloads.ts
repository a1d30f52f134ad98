import { setTimeout as delay } from 'node:timers/promises';
import type { Payload } from '@temporalio/common';
import { metricNames } from '../../../platform/runtime/metric-names';
import { workflowOf } from '../../../platform/security/keys/temporal-payload';
import { shot, shotAmong } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import { logsSince } from '../logs';
import { metricOf } from '../metrics';
import { attackersOrder, openStarts } from '../starts';
import type { StartedAttack, Starts } from '../starts';
import { askOnce, askUnder } from '../wire';
import type { Asked } from '../wire';

const refusal = 'CIPHERTEXT_REFUSED';

/** A saga whose payloads are good, to its end: a refusal shows something only where somebody else is let in. */
async function honestSaga(starts: Starts): Promise<readonly [StartedAttack, Shot]> {
  const start = attackersOrder();
  const saga = await starts.start(start, await starts.mint(starts.factsOf(start)));
  const failure = await saga.taskFailure();
  await saga.ended();
  return [saga, shot('sealed for itself', 'none', failure)];
}

/** Carries tries out against workers, and holds against the metric that each was counted. */
async function withStarts(
  target: AttackTarget,
  tries: (starts: Starts) => Promise<readonly Shot[]>,
): Promise<readonly Shot[]> {
  const starts = await openStarts(target);
  const count = () => metricOf(target, 'orchestrator', metricNames.cryptoFailures);
  try {
    const before = await count();
    const shots = await tries(starts);
    const more = (await count()) - before;
    return [...shots, shot('refusals', 'counted', more > 0 ? 'counted' : 'not counted')];
  } finally {
    await starts.close();
  }
}

const plain: Attack = {
  row: 'S33',
  title: 'a saga started with payloads that nobody sealed',
  source: 'ASVS 11.3.3, Temporal’s sample of encryption',
  beyond: 'records of the log that nobody sealed: test/unit/event-log/sealed-log.test.ts',
  run: (target) =>
    withStarts(target, async (starts) => {
      const [, honest] = await honestSaga(starts);
      const start = attackersOrder();
      const grant = await starts.mint(starts.factsOf(start));
      const saga = await starts.start(start, grant, { inPlain: true });
      try {
        return [honest, shot('in plaintext, on a good grant', refusal, await saga.taskFailure())];
      } finally {
        await saga.terminate().catch(() => undefined); // it came to its end, where it was let in
      }
    }),
};

/** Long enough to be told something before it begins. */
const delayMs = 5_000;

const copied: Attack = {
  row: 'S34',
  title: 'a payload of one saga sent to another, signed and sealed as it is',
  source: 'Temporal’s SerializationContext',
  run: (target) =>
    withStarts(target, async (starts) => {
      const [first, honest] = await honestSaga(starts);
      const start = attackersOrder();
      const grant = await starts.mint(starts.factsOf(start));
      const second = await starts.start(start, grant, { delayMs });
      try {
        await second.tell(await first.input());
        return [honest, shot('what another was started with', refusal, await second.taskFailure())];
      } finally {
        await second.terminate().catch(() => undefined); // it came to its end, where it was let in
      }
    }),
};

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** As the Web UI sends payloads. */
function asked(
  target: AttackTarget,
  payload: Payload,
  headers: Readonly<Record<string, string>>,
): Asked {
  const named = Object.entries(payload.metadata ?? {}).map(([name, value]) => [
    name,
    base64(value),
  ]);
  const one = {
    metadata: Object.fromEntries(named) as object,
    data: base64(payload.data ?? Buffer.of()),
  };
  return {
    ...{ url: `${target.gatewayUrl}/codec/decode`, method: 'POST' },
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ payloads: [one] }),
  };
}

/** Whether what was sealed for `workflowId` is in an answer. */
function shows(text: string, workflowId: string): string {
  const { payloads = [] } = JSON.parse(text) as { payloads?: readonly { data: string }[] };
  const data = Buffer.from(payloads[0]?.data ?? '', 'base64').toString();
  return data.includes(workflowId) ? 'shown' : 'sealed';
}

const foreignOrigin = 'https://attacker.example';

async function askedFor(target: AttackTarget, payload: Payload): Promise<readonly Shot[]> {
  const bearer = async (user: string) => ({
    authorization: `Bearer ${await target.api.token(user)}`,
  });
  const ask = (headers: Readonly<Record<string, string>>) =>
    askUnder(target, asked(target, payload, headers));
  const foreign = { ...(await bearer('olga')), origin: foreignOrigin };
  const fromAfar = await askOnce(target, asked(target, payload, foreign));
  const { gatewayUrl } = target;
  const encode = {
    ...asked(target, payload, await bearer('olga')),
    url: `${gatewayUrl}/codec/encode`,
  };
  const other = {
    ...payload,
    metadata: { ...payload.metadata, 'workflow-id': Buffer.from('another') },
  };
  const renamed = await askOnce(target, asked(target, other, await bearer('olga')));
  const missing = 'ROLE_MISSING';
  return [
    shot('by nobody', '401 TOKEN_REQUIRED', await ask({})),
    shot('by a customer', `403 ${missing}`, await ask(await bearer('frank'))),
    shot('by a viewer', `403 ${missing}`, await ask(await bearer('vera'))),
    shot('by an admin', `403 ${missing}`, await ask(await bearer('adam'))),
    shot(
      'by somebody with a cookie',
      '401 TOKEN_REQUIRED',
      await ask({ cookie: '__Host-codec=x' }),
    ),
    shotAmong('from a page of another origin', ['403'], String(fromAfar.status)),
    shot(
      'that page may read the answer',
      'not told',
      fromAfar.header('access-control-allow-origin') ?? 'not told',
    ),
    shot('asked to seal', '404 ROUTE_UNKNOWN', await askUnder(target, encode)),
    shot('named for another saga', 'sealed', shows(renamed.text, 'attack')),
  ];
}

const reading: Attack = {
  row: 'S35',
  title: 'payloads read through the gateway by those who may not',
  source: 'ASVS 8.2.1, 3.5.2, Temporal’s codec server',
  async run(target) {
    const starts = await openStarts(target);
    try {
      const [saga] = await honestSaga(starts);
      const [payload] = await saga.input();
      if (payload === undefined) throw new Error('a saga was started with nothing');
      const logs = logsSince(target.stateDir);
      const olga = { authorization: `Bearer ${await target.api.token('olga')}` };
      const honest = await askOnce(target, asked(target, payload, olga));
      const name = workflowOf(payload) ?? '';
      const shots = [shot('by an operator', 'shown', shows(honest.text, 'attack'))];
      shots.push(...(await askedFor(target, payload)));
      await logs.untilSome('gateway');
      const line = await logged(logs, name);
      return [...shots, shot('who read it', 'in the log', line)];
    } finally {
      await starts.close();
    }
  },
};

/** What is written is in the file a moment later. */
async function logged(logs: ReturnType<typeof logsSince>, workflowId: string): Promise<string> {
  for (let tries = 0; tries < 50; tries += 1) {
    const lines = await logs.untilSome('gateway');
    const isOurs = (line: string) =>
      line.includes('payloads were read') && line.includes(workflowId);
    if (lines.some(isOurs)) return 'in the log';
    await delay(100);
  }
  return 'nowhere';
}

/** Attacks on what Temporal holds. */
export const payloadAttacks: readonly Attack[] = [plain, copied, reading];
