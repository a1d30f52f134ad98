import { inputOf } from '../../../cli/verify/pairs/answers';
import type { CommandDescriptor } from '../../../platform/kernel/contract';
import type { Json } from '../../../platform/kernel/json';
import type { BranchHandle, SagaDefinition, SagaHandle } from '../../../platform/saga/define';
import { grantedCommands } from '../../../platform/saga/grants/grant';
import registry from '../../../workflows';
import { bulkOrderContract } from '../../../workflows/bulk-order.contract';
import { catalog } from '../../../workflows/catalog';
import { orderInput } from '../../saga/support/requests';

const lots = [{ orderId: 'l', lines: [{ sku: 'tea', quantity: 1 }], amountCents: 1 }];
const customer = { customerId: 'ann', currency: 'EUR' };
/** An input with which each saga asks for everything it ever asks for; a sample of its contract for others. */
const inputs: Readonly<Record<string, Json>> = {
  'place-order': orderInput(900_000),
  'return-order': { orderId: 'o', customerId: 'ann' },
  'bulk-order': { orderId: 'o', ...customer, lots },
  'order-lots': { ...customer, lots },
};

/** What a saga asks for before its point of no return, and which sagas are steps of it. */
async function askedBy(definition: SagaDefinition) {
  const sends = new Set<string>();
  const children = new Set<string>();
  const asked = async (_name: unknown, { participant, command }: CommandDescriptor) => {
    sends.add(`${participant}.${command}`);
    return {};
  };
  const branch = {
    step: asked,
    child: async (_name: unknown, { name }: { readonly name: string }) => void children.add(name),
    all: (branches: Record<string, (handle: BranchHandle) => Promise<unknown>>) =>
      Promise.all(Object.values(branches).map((work) => work(branch as never))),
  };
  const nothing = async () => ({});
  const waits = { approval: nothing, event: nothing, hold: nothing, retriable: nothing };
  const saga = { ...branch, ...waits, pivot: asked, sagaId: 's', startedAt: new Date(0) };
  const { contract } = definition;
  const input = inputs[contract.name] ?? inputOf(contract, undefined);
  await definition.run(saga as unknown as SagaHandle, input);
  return { sends: [...sends].sort(), children: [...children].sort() };
}

test.each(registry.sagas.map((saga) => [saga.contract.name, saga] as const))(
  'the contract of %s names what it sends before its point of no return, and no more',
  async (_name, saga) => {
    const { sends = [], children = [] } = saga.contract;
    expect({
      sends: [...sends].sort(),
      children: children.map(({ name }) => name).sort(),
    }).toEqual(await askedBy(saga));
  },
);

test('the grant of a saga covers those that are steps of it', () => {
  expect(grantedCommands(bulkOrderContract)).toEqual({
    'bulk-order': ['payments.authorize', 'payments.capture', 'sagas.runChild', 'sagas.commit'],
    'order-lots': ['orders.open', 'inventory.reserve', 'sagas.runChild', 'sagas.commit'],
  });
});

test('every saga that can be started says what it sends', () => {
  expect(catalog.filter(({ sends }) => sends === undefined)).toEqual([]);
});
