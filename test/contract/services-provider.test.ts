import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { payments } from '../../activities';
import { openProvider } from '../../activities/payments/provider/client';
import { readProviderLedger } from '../../activities/payments/provider/ledger';
import { projectRoot } from '../../platform/runtime/paths';
import type { Config } from '../../platform/runtime/config';
import type { FaultOrder } from '../../stack/servers/card-provider/faults';
import { inBatches } from '../support/in-batches';
import { openProviderFaults } from '../support/provider-faults';
import type { ServiceBench } from '../support/service-bench';
import { insisting, openBench } from '../support/service-bench';
import { freshInstance } from '../support/stores';
import { configFor, environmentFor } from '../support/world';

let bench: ServiceBench;
let config: Config;
const faults = openProviderFaults();

beforeAll(async () => {
  config = configFor('payments', freshInstance());
  bench = await openBench(payments, config);
});
afterAll(async () => {
  expect(await bench.violations()).toEqual([]);
  await Promise.all([bench.close(), faults.close()]);
});

const cents = 1_000;

async function customer(name: string): Promise<{ readonly orderId: string; order: object }> {
  const customerId = `v-${name}`;
  await bench.operate('openAccount', { customerId, currency: 'EUR', limitCents: 5_000 });
  await bench.operate('deposit', { customerId, amountCents: 5_000, currency: 'EUR' });
  const orderId = `${customerId}-1`;
  return { orderId, order: { customerId, orderId, amountCents: cents, currency: 'EUR' } };
}

const authorize = (order: object, saga: string, timeoutMs = 10_000) =>
  bench.forward('authorize', order as never, { saga, timeoutMs });

/** Every effect the provider ever had for an order, in order. */
async function effectsOf(orderId: string): Promise<readonly string[]> {
  const charges = await readProviderLedger(config, orderId);
  return charges.flatMap(({ effects }) => effects.map(({ operation }) => operation));
}

test('a payment is at the provider what it is here, from authorization to refund', async () => {
  const { orderId, order } = await customer('whole');
  await authorize(order, 'v-whole');
  expect(await bench.state(`payment/${orderId}`)).toMatchObject({ status: 'authorized' });
  await bench.forward('capture', { orderId }, { saga: 'v-whole' });
  await bench.forward('refund', { orderId }, { saga: 'v-return' });
  expect(await effectsOf(orderId)).toEqual(['authorize', 'capture', 'refund']);
  expect(await bench.state('account/v-whole')).toMatchObject({ availableCents: 5_000 });
});

test('an undone authorization is released there too, and its repetition releases nothing again', async () => {
  const { orderId, order } = await customer('void');
  await authorize(order, 'v-void');
  const undo = () => bench.undo('void', 'authorize', { saga: 'v-void', input: { orderId } });
  expect([await undo(), await undo()]).toEqual([{ answer: 'undone' }, { answer: 'undone' }]);
  expect(await effectsOf(orderId)).toEqual(['authorize', 'release']);
});

test('its ledger is read whole, however long its pages are', async () => {
  const own = configFor('payments', freshInstance());
  const outside = openProvider(own);
  const orders = Array.from({ length: 600 }, (_, index) => `many-${index}`);
  await inBatches(orders, 20, async (reference) => {
    const money = { amountCents: cents, currency: 'EUR' };
    const call = { operation: 'authorize', reference, card: 'v-many', ...money };
    await outside.ask(
      { verb: 'call', key: `key-of-${reference}-0000`, call },
      { timeoutMs: 5_000 },
    );
  });
  await outside.close();
  const charges = await readProviderLedger(own);
  expect(charges.map(({ reference }) => reference).sort()).toEqual([...orders].sort());
});

const passing: readonly (readonly [FaultOrder['kind'], Partial<FaultOrder>])[] = [
  ['error-before', {}],
  ['error-after', {}],
  ['cut-after', {}],
  ['away', {}],
  ['pending', { count: 2 }],
];

describe.each(['authorize', 'capture', 'refund'] as const)(
  'the provider fails at %s',
  (operation) => {
    test.each(passing)(
      'with %s: asked again under its key, it does it once',
      async (kind, more) => {
        const saga = `v-${operation}-${kind}`;
        const { orderId, order } = await customer(`${operation}-${kind}`);
        const inputs = { authorize: order, capture: { orderId }, refund: { orderId } };
        const steps = ['authorize', 'capture', 'refund'] as const;
        const before = steps.slice(0, steps.indexOf(operation));
        for (const step of before) await bench.forward(step, inputs[step] as never, { saga });
        await faults.add({ kind, reference: orderId, operation, ...more });
        const once = () => bench.forward(operation, inputs[operation] as never, { saga });
        await expect(once()).rejects.toMatchObject({
          code: 'OUTSIDE_UNAVAILABLE',
          action: 'retry',
        });
        expect(await insisting(once)).toMatchObject({ answer: 'done' });
        expect(await faults.left(orderId)).toBe(0);
        expect(await effectsOf(orderId)).toEqual([...before, operation]);
      },
    );
  },
);

test('a request that the network delivers twice charges once', async () => {
  const { orderId, order } = await customer('twice');
  await faults.add({ kind: 'twice', reference: orderId });
  expect(await authorize(order, 'v-twice')).toMatchObject({ answer: 'done' });
  expect(await effectsOf(orderId)).toEqual(['authorize']);
});

test('a card the provider declines is a refusal, and the held money is free again', async () => {
  const { orderId, order } = await customer('declined');
  await faults.add({ kind: 'decline', reference: orderId });
  expect(await authorize(order, 'v-declined')).toMatchObject({ code: 'CARD_DECLINED' });
  expect(await bench.state('account/v-declined')).toMatchObject({ availableCents: 5_000 });
  expect(await effectsOf(orderId)).toEqual([]);
});

test('a provider slower than the attempt is asked again, and charged once', async () => {
  const { orderId, order } = await customer('slow');
  await faults.add({ kind: 'slow', reference: orderId, delayMs: 3_000 });
  await expect(authorize(order, 'v-slow', 2_500)).rejects.toMatchObject({
    code: 'OUTSIDE_UNAVAILABLE',
  });
  expect(await bench.state(`payment/${orderId}`)).toMatchObject({ status: 'requested' });
  expect(await authorize(order, 'v-slow')).toMatchObject({ answer: 'done' });
  expect(await effectsOf(orderId)).toEqual(['authorize']);
});

test('a request that arrives after its step was undone cannot charge any more', async () => {
  const { orderId, order } = await customer('late');
  const saga = 'v-late';
  await faults.add({ kind: 'error-before', reference: orderId, operation: 'authorize' });
  await expect(authorize(order, saga)).rejects.toMatchObject({ code: 'OUTSIDE_UNAVAILABLE' });
  const row = await bench.store.readStepRecord({
    sagaId: `place-order:${saga}/run`,
    step: 'authorize',
  });
  const { key, call } = row?.result as { key: string; call: object };
  expect(await bench.undo('void', 'authorize', { saga, input: { orderId } })).toEqual({
    answer: 'no-effect',
  });
  const late = openProvider(config);
  const errand = { verb: 'call', key, call: call as never } as const;
  expect(await late.ask(errand, { timeoutMs: 5_000 })).toEqual({ word: 'closed' });
  await late.close();
  expect(await effectsOf(orderId)).toEqual([]);
  expect(await authorize(order, 'v-late-other')).toMatchObject({ answer: 'done' });
});

test('while the provider is away a settle keeps being asked, and then knows', async () => {
  for (const [what, kind, answer, status] of [
    ['happened', 'error-after', { answer: 'done', result: { amountCents: cents } }, 'authorized'],
    ['did not', 'error-before', { answer: 'not-done' }, 'voided'],
  ] as const) {
    const { orderId, order } = await customer(`settle-${kind}`);
    const saga = `v-settle-${kind}`;
    await faults.add({ kind, reference: orderId, operation: 'authorize' });
    await expect(authorize(order, saga)).rejects.toMatchObject({ code: 'OUTSIDE_UNAVAILABLE' });
    await faults.add({ kind: 'away', reference: orderId, operation: 'close', count: 2 });
    const settle = () => bench.settle('authorize', { saga });
    for (let tries = 0; tries < 2; tries += 1) {
      await expect(settle()).rejects.toMatchObject({ code: 'OUTSIDE_UNAVAILABLE' });
      expect(await bench.state(`payment/${orderId}`)).toMatchObject({ status: 'requested' });
    }
    expect({ what, answer: await settle() }).toEqual({ what, answer });
    expect(await bench.state(`payment/${orderId}`)).toMatchObject({ status });
  }
});

test('an undo over an unknown outcome leaves nothing at the provider, whatever became of it', async () => {
  for (const kind of ['error-before', 'error-after', 'cut-after'] as const) {
    const { orderId, order } = await customer(`undo-${kind}`);
    const saga = `v-undo-${kind}`;
    await faults.add({ kind, reference: orderId, operation: 'authorize' });
    await expect(authorize(order, saga)).rejects.toMatchObject({ code: 'OUTSIDE_UNAVAILABLE' });
    await faults.add({ kind: 'cut-after', reference: orderId, operation: 'close' });
    const undo = () => bench.undo('void', 'authorize', { saga, input: { orderId } });
    const happened = kind !== 'error-before';
    await expect(undo()).rejects.toMatchObject({ code: 'OUTSIDE_UNAVAILABLE' });
    expect(await undo()).toEqual({ answer: happened ? 'undone' : 'no-effect' });
    expect(await effectsOf(orderId)).toEqual(happened ? ['authorize', 'release'] : []);
    expect(await bench.state(`account/v-undo-${kind}`)).toMatchObject({ availableCents: 5_000 });
  }
});

test('a reversal whose answer was lost is asked again, and reversed once', async () => {
  const { orderId, order } = await customer('reversal');
  await authorize(order, 'v-reversal');
  await faults.add({ kind: 'cut-after', reference: orderId, operation: 'release' });
  const undo = () => bench.undo('void', 'authorize', { saga: 'v-reversal', input: { orderId } });
  await expect(undo()).rejects.toMatchObject({ code: 'OUTSIDE_UNAVAILABLE' });
  // Here it stands until the provider's word is written down.
  expect(await bench.state(`payment/${orderId}`)).toMatchObject({ status: 'authorized' });
  expect(await undo()).toEqual({ answer: 'undone' });
  expect(await effectsOf(orderId)).toEqual(['authorize', 'release']);
});

/** Handles a message in a process of its own that dies at `point`; a process that answers has not died. */
async function killedAt(point: string, message: object): Promise<void> {
  const env = {
    ...process.env,
    ...environmentFor('payments'),
    HOLDFAST_INSTANCE: config.HOLDFAST_INSTANCE,
    HOLDFAST_CRASH_POINTS: `${point}=1`,
  };
  const script = path.join(projectRoot, 'dist', 'test', 'support', 'handle-once.js');
  const child = spawn(process.execPath, [script, JSON.stringify(message)], { env });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  expect({ signal, said: Buffer.concat(said).toString() }).toEqual({ signal: 'SIGKILL', said: '' });
}

const points = [
  'participant.before-commit',
  'participant.intent-committed',
  'participant.called-not-concluded',
  'participant.committed-not-answered',
];

describe.each(points)('payments is killed at %s', (point) => {
  const name = point.split('.')[1] ?? '';
  const message = (saga: string, kind: string, step: string, input: object) => ({
    ...{ kind, step, input, epoch: 0, run: 'run' },
    command: kind === 'undo' ? 'void' : step,
    ...{ sagaId: `place-order:${saga}/run`, correlationId: `place-order:${saga}` },
    ...{ saga: 'place-order', owner: 'somebody' },
  });

  test('while it authorizes and captures: the message comes again, and there is one charge', async () => {
    const saga = `v-kill-${name}`;
    const { orderId, order } = await customer(`kill-${name}`);
    await killedAt(point, message(saga, 'forward', 'authorize', order));
    expect(await authorize(order, saga)).toMatchObject({ answer: 'done' });
    await killedAt(point, message(saga, 'forward', 'capture', { orderId }));
    expect(await bench.forward('capture', { orderId }, { saga })).toMatchObject({ answer: 'done' });
    expect(await effectsOf(orderId)).toEqual(['authorize', 'capture']);
    expect(await bench.state(`payment/${orderId}`)).toMatchObject({ status: 'captured' });
  });

  test('while it undoes what was never answered: nothing stands here and there', async () => {
    const saga = `v-kill-undo-${name}`;
    const { orderId, order } = await customer(`kill-undo-${name}`);
    await killedAt(point, message(saga, 'forward', 'authorize', order));
    await killedAt(point, message(saga, 'undo', 'authorize', { orderId }));
    const undone = await bench.undo('void', 'authorize', { saga, input: { orderId } });
    const stood = ['participant.called-not-concluded', 'participant.committed-not-answered'];
    expect(undone).toEqual({ answer: stood.includes(point) ? 'undone' : 'no-effect' });
    const effects = stood.includes(point) ? ['authorize', 'release'] : [];
    expect(await effectsOf(orderId)).toEqual(effects);
    expect(await bench.state(`account/v-kill-undo-${name}`)).toMatchObject({
      availableCents: 5_000,
      heldCents: 0,
    });
  });
});

test('the audit finds a charge that the provider has and we do not, and a state that differs', async () => {
  const instance = freshInstance();
  const other = configFor('payments', instance);
  const elsewhere = await openBench(payments, other);
  try {
    const customerId = 'v-audit';
    await elsewhere.operate('openAccount', { customerId, currency: 'EUR', limitCents: 5_000 });
    await elsewhere.operate('deposit', { customerId, amountCents: 5_000, currency: 'EUR' });
    const order = { customerId, orderId: 'v-audit-1', amountCents: cents, currency: 'EUR' };
    await elsewhere.forward('authorize', order, { saga: 'v-audit' });
    expect(await elsewhere.violations()).toEqual([]);
    await faults.add({ kind: 'error-after', reference: 'v-audit-1', operation: 'capture' });
    await expect(
      elsewhere.forward('capture', { orderId: 'v-audit-1' }, { saga: 'v-audit' }),
    ).rejects.toMatchObject({ code: 'OUTSIDE_UNAVAILABLE' });
    expect(await elsewhere.violations()).toMatchObject([{ identity: 'PROVIDER_AGREES' }]);
  } finally {
    await elsewhere.close();
  }
});
