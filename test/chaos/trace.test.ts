import { openShop } from '../../cli/chaos/shop';
import type { Trace } from '../../cli/trace/read';
import { apiClient, control } from '../support/world';
import { traceWith, workflowIdAt } from '../support/traces';

const api = apiClient();
afterAll(async () => {
  await control('start', 'payments');
  await control('start', 'orchestrator');
  await api.close();
});

const steps = [
  ...['sagas.started', 'orders.open', 'inventory.reserve', 'payments.authorize'],
  ...['payments.capture', 'inventory.ship', 'orders.confirm', 'sagas.finished'],
];

it('an order is one trace although the orchestrator, and then payments, were killed in the middle of it', async () => {
  const shop = await openShop({ api, customer: 'frank' });
  await control('arm', 'orchestrator', 'participant.committed-not-answered:sagas.started=1');
  await control('arm', 'payments', 'participant.committed-not-answered:payments.capture=1');
  const order = await shop.placeOrder();
  expect(await shop.outcomeOf(String(order.location))).toMatchObject({ state: 'completed' });
  const trace = await traceWith(workflowIdAt(order), isWhole);
  expect(missing(trace)).toEqual([]);
  // Begun by the orchestrator that was killed, ended by the next one: one span, under the id it always had.
  const once = ['RunWorkflow:place-order', ...steps.map((step) => `StartActivity:${step}`)];
  expect(once.map((name) => namesOf(trace).filter((one) => one === name).length)).toEqual(
    once.map(() => 1),
  );
  // What a killed attempt had ended was written, and the attempt itself was not.
  expect(new Set(lost(trace))).toEqual(
    new Set(['transact sagas', 'transact payments', 'POST card-provider']),
  );
}, 120_000);

const namesOf = ({ spans }: Trace): readonly string[] => spans.map(({ name }) => name);

/** Spans that have to be there and are not. */
function missing(trace: Trace): readonly string[] {
  const names = new Set(namesOf(trace));
  const wanted = [
    ...['POST /sagas/:saga', 'StartWorkflow:place-order', 'RunWorkflow:place-order'],
    ...steps.flatMap((step) => [`StartActivity:${step}`, `RunActivity:${step}`]),
    ...['sagas', 'orders', 'inventory', 'payments'].map((name) => `publish service-events.${name}`),
    ...['saga-timeline', 'order-status', 'customer-orders'].map((name) => `project ${name}`),
  ];
  return wanted.filter((name) => !names.has(name));
}

const isWhole = (trace: Trace): boolean => missing(trace).length === 0;

/** Names of spans that are a part of one that was never written. */
function lost({ spans }: Trace): readonly string[] {
  const ids = new Set<string | null>([null, ...spans.map(({ spanId }) => spanId)]);
  return spans.filter(({ parentSpanId }) => !ids.has(parentSpanId)).map(({ name }) => name);
}
