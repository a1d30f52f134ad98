import { openShop } from '../../cli/chaos/shop';
import type { Trace } from '../../cli/trace/read';
import type { SpanLine } from '../../platform/runtime/trace-file';
import { runHoldfast } from '../support/holdfast-cli';
import { apiClient, world } from '../support/world';
import { traceWith, treeOf, workflowIdAt } from '../support/traces';

const api = apiClient();
afterAll(() => api.close());

const holdfastTrace = (...words: string[]) =>
  runHoldfast(['trace', ...words, '--stack', world().stateDir]);

/** A step of a participant: its transaction, and the ways of its events into the log and the read models. */
function step(command: string, ...below: readonly string[]): string {
  const [service = ''] = command.split('.');
  const worker = service === 'sagas' ? 'orchestrator' : service;
  return [
    `      StartActivity:${command} (orchestrator)`,
    `        RunActivity:${command} (${worker})`,
    ...below.map((line) => `          ${line}`),
  ].join('\n');
}

const transact = (service: string, ...readers: readonly string[]): readonly string[] => [
  `transact ${service} (${service === 'sagas' ? 'orchestrator' : service})`,
  ...readers.map((line) => `  ${line}`),
];
const publish = (service: string) =>
  `publish service-events.${service} (${service === 'sagas' ? 'orchestrator' : service})`;
const project = (name: string) => `project ${name} (projector)`;
const reaction = (name: string) => `project on-${name} (orchestrator)`;

const journaled = transact(
  'sagas',
  reaction('saga-ended'),
  project('saga-timeline'),
  publish('sagas'),
);
const ordered = transact(
  'orders',
  project('customer-orders'),
  project('order-status'),
  project('saga-timeline'),
  publish('orders'),
);
const stocked = transact(
  'inventory',
  project('order-status'),
  project('saga-timeline'),
  publish('inventory'),
);
const paid = transact(
  'payments',
  reaction('return-disputed'),
  project('order-status'),
  project('saga-timeline'),
  publish('payments'),
);
const asked = 'POST card-provider (payments)';

const started = [
  'POST /sagas/:saga (gateway)',
  '  GET inventory (gateway)',
  '    GET /products/:sku (inventory)',
  '  StartWorkflow:place-order (gateway)',
  '    RunWorkflow:place-order (orchestrator)',
];

const completed = [
  ...started,
  step('inventory.reserve', ...stocked),
  step('inventory.ship', ...stocked),
  step('orders.confirm', ...ordered),
  step('orders.open', ...ordered),
  step('payments.authorize', asked, ...paid),
  // The intent first, which no event tells of, and then what came of it.
  step('payments.capture', asked, ...transact('payments'), ...paid),
  step('sagas.finished', ...journaled),
  step('sagas.started', ...journaled),
  '      StartActivity:checkGrant (orchestrator)',
  '        RunActivity:checkGrant (orchestrator)',
];

/** The same lines in the order of {@link treeOf}. */
const inOrder = (tree: readonly string[]): string => {
  const [head, parts] = [tree.slice(0, started.length), tree.slice(started.length)];
  return [
    ...head,
    ...parts
      .join('\n')
      .split(/\n(?= {6}\S)/)
      .sort(),
  ].join('\n');
};

describe('the trace of an order', () => {
  it('is one, from the request through every step to the rows of the read models', async () => {
    const shop = await openShop({ api, customer: 'frank' });
    const order = await shop.placeOrder();
    expect(await shop.outcomeOf(String(order.location))).toMatchObject({ state: 'completed' });
    const whole = inOrder(completed);
    const trace = await traceWith(workflowIdAt(order), (one) => treeOf(one) === whole);
    expect(treeOf(trace)).toBe(whole);
    expect(withoutParent(trace)).toEqual(['POST /sagas/:saga']);
    const shown = await holdfastTrace(workflowIdAt(order), '--json');
    expect(shown.exitCode).toBe(0);
    const lines = shown.out.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as SpanLine).spanId)).toEqual(
      trace.spans.map(({ spanId }) => spanId),
    );
    expect(await holdfastTrace('place-order:nobody')).toMatchObject({ exitCode: 3 });
    for (const span of trace.spans) expect(BigInt(span.end) >= BigInt(span.start)).toBe(true);
  });

  it('of one that went back links each undo to the step that it takes back', async () => {
    const shop = await openShop({ api, customer: 'frank', received: 1 });
    const order = await shop.placeOrder({ quantity: 2 });
    expect(await shop.outcomeOf(String(order.location))).toMatchObject({ state: 'compensated' });
    const trace = await traceWith(workflowIdAt(order), isEnded);
    // Authorized beside it: taken back, or found not to have happened.
    const [release, reject, authorized, ...others] = undosOf(trace);
    expect(release).toBe('RunActivity:inventory.release ↩ StartActivity:inventory.reserve');
    expect(reject).toBe('RunActivity:orders.reject ↩ StartActivity:orders.open');
    expect(authorized).toMatch(/^RunActivity:payments.\w+ ↩ StartActivity:payments.authorize$/);
    expect(others).toEqual([]);
    expect(withoutParent(trace)).toEqual(['POST /sagas/:saga']);
    const sagaIds = trace.spans.flatMap(({ attributes }) => attributes['saga.id'] ?? []);
    expect(new Set(sagaIds).size).toBe(1);
    expect(sagaIds[0]).toMatch(`${workflowIdAt(order)}/`);
  });
});

/** A saga's own span ends with it. */
const isEnded = ({ spans }: Trace) =>
  spans.some(({ name }) => name.startsWith('RunWorkflow:place-'));

function withoutParent({ spans }: Trace): readonly string[] {
  const ids = new Set<string | null>(spans.map(({ spanId }) => spanId));
  return spans.filter(({ parentSpanId }) => !ids.has(parentSpanId)).map(({ name }) => name);
}

function undosOf({ spans }: Trace): readonly string[] {
  const named = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return spans
    .flatMap(({ name, links = [] }) =>
      links.map(({ spanId }) => `${name} ↩ ${named.get(spanId) ?? 'a span that is not there'}`),
    )
    .sort();
}
