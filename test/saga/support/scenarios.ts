import { holdBack } from './expectations';
import { orderInput, returnInput } from './requests';
import type { SagaWorld, StartedSaga } from './saga-world';

const by = { actor: 'operator-1', reason: 'recorded' };
const inputs = { 'place-order': orderInput(), 'return-order': returnInput } as const;
type SagaName = keyof typeof inputs;

/** One run worth keeping: what happens to a saga from its start to its end. */
export interface Scenario {
  /** File name of its history: `<saga>.<what happens>`; also the business key it was recorded under. */
  readonly name: string;
  run(world: SagaWorld): Promise<StartedSaga>;
}

/** Workflow id of a scenario's run. */
export function workflowIdOf(name: string): string {
  return `${name.split('.')[0]}:${name}`;
}

const siblings: Record<string, string> = {
  'reserve stock': 'authorize payment',
  'authorize payment': 'reserve stock',
};

function completed(saga: SagaName): Scenario {
  const name = `${saga}.completed`;
  return { name, run: (world) => world.start(saga, inputs[saga], { businessKey: name }) };
}

function compensatedAt(saga: SagaName, step: string): Scenario {
  const name = `${saga}.compensated-at-${slug(step)}`;
  return {
    name,
    async run(world) {
      world.participants.next(`forward ${step}`, { refuses: 'SAID_NO' });
      const sibling = siblings[step];
      const held = sibling === undefined ? undefined : holdBack(world, sibling);
      const started = await world.start(saga, inputs[saga], { businessKey: name });
      await held?.untilTurned(started);
      return started;
    },
  };
}

function cancelled(saga: SagaName, firstStep: string): Scenario {
  const name = `${saga}.cancelled`;
  return {
    name,
    async run(world) {
      const held = holdBack(world, firstStep);
      const started = await world.start(saga, inputs[saga], { businessKey: name });
      await started.until(({ steps }) => steps.length > 0);
      await started.update('cancel', by);
      await held.untilTurned(started);
      return started;
    },
  };
}

function parkedThen(saga: SagaName, verb: 'retry' | 'skip', forward: string): Scenario {
  const name = `${saga}.parked-at-${slug(forward)}-${verb}`;
  return {
    name,
    async run(world) {
      world.participants.next(`forward ${forward}`, { refuses: 'SAID_NO' });
      const started = await world.start(saga, inputs[saga], { businessKey: name });
      await started.until(({ state }) => state === 'parked');
      await started.update(verb, by);
      return started;
    },
  };
}

function undoParkedThen(
  saga: SagaName,
  verb: 'retry' | 'skip',
  at: { readonly pivot: string; readonly undo: string },
): Scenario {
  const name = `${saga}.undo-parked-at-${slug(at.undo)}-${verb}`;
  return {
    name,
    async run(world) {
      world.participants.next(`forward ${at.pivot}`, { refuses: 'SAID_NO' });
      world.participants.next(`undo ${at.undo}`, { fails: 'UNDO_IMPOSSIBLE' });
      const started = await world.start(saga, inputs[saga], { businessKey: name });
      await started.until(({ state }) => state === 'parked');
      await started.update(verb, by);
      return started;
    },
  };
}

const approved: Scenario = {
  name: 'place-order.approved',
  async run(world) {
    const started = await world.start('place-order', orderInput(600_000), {
      businessKey: 'place-order.approved',
    });
    await started.until(({ steps }) => steps.some(({ name }) => name === 'manual review'));
    await started.update('decide', {
      ...{ step: 'manual review', actor: 'approver-1', reason: 'known customer' },
      ...{ roles: ['payments-approver'], approved: true },
    });
    return started;
  },
};

function pivotSettled(saga: SagaName, pivot: string, lost: 'reply' | 'request'): Scenario {
  const name = `${saga}.pivot-settled-${lost}-lost`;
  return {
    name,
    async run(world) {
      const fault = 'STORE_UNAVAILABLE';
      const behaviour = lost === 'reply' ? { losesReply: fault } : { fails: fault };
      world.participants.from(`forward ${pivot}`, behaviour as { fails: typeof fault });
      return world.start(saga, inputs[saga], { businessKey: name });
    },
  };
}

function slug(step: string): string {
  return step.replaceAll(' ', '-');
}

/** Every run that must replay on today's code, of both sagas. */
export const scenarios: readonly Scenario[] = [
  completed('place-order'),
  approved,
  ...['open order', 'reserve stock', 'authorize payment', 'capture payment'].map((step) =>
    compensatedAt('place-order', step),
  ),
  cancelled('place-order', 'open order'),
  parkedThen('place-order', 'retry', 'ship stock'),
  parkedThen('place-order', 'skip', 'confirm order'),
  undoParkedThen('place-order', 'retry', { pivot: 'capture payment', undo: 'reserve stock' }),
  undoParkedThen('place-order', 'skip', { pivot: 'capture payment', undo: 'reserve stock' }),
  pivotSettled('place-order', 'capture payment', 'reply'),
  pivotSettled('place-order', 'capture payment', 'request'),
  completed('return-order'),
  ...['request return', 'refund payment'].map((step) => compensatedAt('return-order', step)),
  cancelled('return-order', 'request return'),
  parkedThen('return-order', 'retry', 'restock goods'),
  parkedThen('return-order', 'skip', 'close return'),
  undoParkedThen('return-order', 'retry', { pivot: 'refund payment', undo: 'request return' }),
  undoParkedThen('return-order', 'skip', { pivot: 'refund payment', undo: 'request return' }),
];
