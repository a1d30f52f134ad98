import { familySteps } from '../../../platform/saga/plan/names';
import { sagaMessages } from '../../../platform/saga/wire';
import type { SagaView } from '../../../platform/saga/wire';
import { startRecovery } from '../../../platform/saga/orchestrate/engine-activities';
import { eventually } from '../../support/eventually';
import { holdBack } from '../support/expectations';
import type { SagaWorld, StartedSaga } from '../support/saga-world';
import { at } from './scenario';
import type { Scenario } from './scenario';

const lots = [1, 2].map((lot) => ({
  orderId: `lot-${lot}`,
  lines: [{ sku: 'book', quantity: lot }],
  amountCents: 4_200,
}));
const bulk = { orderId: 'bulk-1', customerId: 'customer-1', currency: 'EUR', lots };

async function childOf(started: StartedSaga, step: string): Promise<string> {
  const named = ({ name, child }: SagaView['steps'][number]) => name === step && child;
  const view = await started.until(({ steps }) => steps.some((known) => named(known)));
  return view.steps.find((known) => named(known))?.child ?? '';
}

/** The parent of two children side by side. */
function bulkOrder(what: string, prepare: (world: SagaWorld) => void): Scenario {
  const name = `bulk-order.${what}`;
  return {
    name,
    run(world) {
      prepare(world);
      return world.start('bulk-order', bulk, { businessKey: name });
    },
  };
}

/** One of the children, after its whole family has ended; or the recovery of that child. */
function lotsOf(what: string, prepare: (world: SagaWorld) => void): Scenario {
  const name = `order-lots.${what}`;
  return {
    name,
    async run(world) {
      prepare(world);
      const parent = await world.start('bulk-order', bulk, { businessKey: name });
      const workflowId = await childOf(parent, 'lots:1');
      await parent.result().catch(() => undefined);
      return at(world, parent, { workflowId });
    },
  };
}

/** Terminated while it holds; its recovery holds again, and ships. */
const recoveredLots: Scenario = {
  name: 'order-lots.recovered-at-hold',
  async run(world) {
    const capture = holdBack(world, 'capture payment');
    const parent = await world.start('bulk-order', bulk, {
      businessKey: 'order-lots.recovered-at-hold',
    });
    const workflowId = await childOf(parent, 'lots:1');
    await parent.until(({ steps }) => steps.some(({ name }) => name === 'capture payment'));
    const child = world.env.client.workflow.getHandle(workflowId);
    const { sagaId } = await child.query<SagaView>(sagaMessages.view);
    await child.terminate('by hand');
    const target = { workflowId, sagaId, saga: 'order-lots', reason: 'TERMINATED' };
    await startRecovery(world.env.client, target, 'sagastest');
    const recovery = at(world, parent, { workflowId: `recover/${sagaId}` });
    await eventually(async () => {
      const { steps } = await recovery.view();
      if (!steps.some(({ name }) => name === familySteps.hold))
        throw new Error('does not hold yet');
    });
    capture.release();
    await parent.result();
    return recovery;
  },
};

/** Eight reservations in three runs of one saga; each run has a history of its own. */
function rounds(what: string, of: { run: 'first' | 'last'; pivotRefused: boolean }): Scenario {
  const name = `rounds.${what}`;
  return {
    name,
    sagas: 'family',
    async run(world) {
      if (of.pivotRefused) world.participants.from('forward charge', { refuses: 'NOT_AUTHORIZED' });
      const left = Array.from({ length: 8 }, (_, item) => `item-${item}`);
      const started = await world.start('rounds', { left }, { businessKey: name });
      await started.result().catch(() => undefined);
      const { workflowId, firstExecutionRunId } = started.handle as {
        firstExecutionRunId?: string;
      } & StartedSaga['handle'];
      return of.run === 'last'
        ? started
        : at(world, started, { workflowId, runId: firstExecutionRunId ?? '' });
    },
  };
}

/** A child that waits for an event: it is told, or nobody tells it in time. */
function asking(what: string, told: boolean): Scenario {
  const name = `asking.${what}`;
  return {
    name,
    sagas: 'family',
    async run(world) {
      const started = await world.start('asking', {}, { businessKey: name });
      await started.until(({ steps }) => steps.some((step) => step.name === 'callback'));
      if (told) {
        await started.update('deliver', { step: 'callback', input: { sku: 'lamp' } });
      }
      return started;
    },
  };
}

const pivotRefused = (world: SagaWorld) =>
  void world.participants.next('forward capture payment', { refuses: 'SAID_NO' });
const lotRefused = (world: SagaWorld) =>
  void world.participants.next('forward reserve stock:lot-2', { refuses: 'SAID_NO' });
const asPlanned = () => undefined;

/** Sagas with children, sagas that are one, that go on in new runs, and that wait for an event. */
export const familyScenarios: readonly Scenario[] = [
  bulkOrder('completed', asPlanned),
  bulkOrder('compensated-at-capture-payment', pivotRefused),
  bulkOrder('compensated-at-reserve-stock', lotRefused),
  lotsOf('released', asPlanned),
  lotsOf('unwound', pivotRefused),
  recoveredLots,
  rounds('first-run', { run: 'first', pivotRefused: false }),
  rounds('completed', { run: 'last', pivotRefused: false }),
  rounds('compensated-at-charge', { run: 'last', pivotRefused: true }),
  asking('told', true),
  asking('not-told', false),
];
