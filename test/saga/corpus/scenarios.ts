import { familyScenarios } from './family-scenarios';
import { at, slug } from './scenario';
import type { Scenario } from './scenario';
import { holdBack } from '../support/expectations';
import { startRecovery } from '../../../platform/saga/orchestrate/engine-activities';
import type { Verb } from '../../../platform/saga/verbs';
import { orderInput, returnInput } from '../support/requests';
import type { ActOf, SagaWorld } from '../support/saga-world';

const by = { actor: 'operator-1', reason: 'recorded' };
const inputs = { 'place-order': orderInput(), 'return-order': returnInput } as const;
type SagaName = keyof typeof inputs;

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

/** Cancelled while a step is on its way; the first one keeps the name it was recorded under. */
function cancelled(
  saga: SagaName,
  step: string,
  name = `${saga}.cancelled-at-${slug(step)}`,
): Scenario {
  return {
    name,
    async run(world) {
      const held = holdBack(world, step);
      const sibling = siblings[step];
      const other = sibling === undefined ? undefined : holdBack(world, sibling);
      const started = await world.start(saga, inputs[saga], { businessKey: name });
      await started.until(({ steps }) => steps.some((known) => known.name === step));
      await started.update('cancel', by);
      await held.untilTurned(started);
      await other?.untilTurned(started);
      return started;
    },
  };
}

/** Temporal's own cancel, before the point of no return. */
function rawCancelled(saga: SagaName, step: string): Scenario {
  const name = `${saga}.raw-cancelled-at-${slug(step)}`;
  return {
    name,
    async run(world) {
      const held = holdBack(world, step);
      const started = await world.start(saga, inputs[saga], { businessKey: name });
      await started.until(({ steps }) => steps.some((known) => known.name === step));
      await started.handle.cancel();
      await held.untilTurned(started);
      return started;
    },
  };
}

interface Parked {
  readonly name: string;
  readonly saga: SagaName;
  /** Makes it park, sooner or later. */
  readonly provoke: (world: SagaWorld) => void;
}

/** Parks, and a person does something about it. */
function parkedThen({ name, saga, provoke }: Parked, verb: Verb, act: ActOf = {}): Scenario {
  return {
    name,
    async run(world) {
      provoke(world);
      const started = await world.start(saga, inputs[saga], { businessKey: name });
      await started.until(({ state }) => state === 'parked');
      await started.update(verb, { ...by, ...act });
      return started;
    },
  };
}

/** A step behind the pivot is refused. */
const refusing = (step: string) => (world: SagaWorld) =>
  void world.participants.next(`forward ${step}`, { refuses: 'SAID_NO' });

interface Way {
  readonly pivot: string;
  readonly undo: string;
}

/** The pivot is refused, and a step before it cannot be undone. */
const stuck = (way: Way) => (world: SagaWorld) => {
  refusing(way.pivot)(world);
  world.participants.next(`undo ${way.undo}`, { fails: 'UNDO_IMPOSSIBLE' });
};

/** Parks after its pivot. */
function repairedBy(saga: SagaName, step: string, verb: Verb, act?: ActOf): Scenario {
  const name = `${saga}.repaired-by-${verb}`;
  return parkedThen({ name, saga, provoke: refusing(step) }, verb, act);
}

function parkedAt(saga: SagaName, verb: 'retry' | 'skip', step: string): Scenario {
  const name = `${saga}.parked-at-${slug(step)}-${verb}`;
  return parkedThen({ name, saga, provoke: refusing(step) }, verb);
}

/** Parks on its way back. */
function undoRepairedBy(saga: SagaName, verb: Verb, way: Way): Scenario {
  const name = `${saga}.undo-repaired-by-${verb}`;
  return parkedThen({ name, saga, provoke: stuck(way) }, verb);
}

function undoParkedAt(saga: SagaName, verb: 'retry' | 'skip', way: Way): Scenario {
  const name = `${saga}.undo-parked-at-${slug(way.undo)}-${verb}`;
  return parkedThen({ name, saga, provoke: stuck(way) }, verb);
}

/** A pivot that cannot be sent parks with nothing standing, and a person gives it up. */
function abortedAtPivot(saga: SagaName, pivot: string): Scenario {
  const name = `${saga}.aborted-at-${slug(pivot)}`;
  return {
    name,
    async run(world) {
      world.participants.from(`forward ${pivot}`, { fails: 'COMMAND_INVALID' });
      const started = await world.start(saga, inputs[saga], { businessKey: name });
      await started.until(({ state }) => state === 'parked');
      world.participants.heal();
      await started.update('abort', by);
      return started;
    },
  };
}

/** Held still by an operator, and let go again. */
function paused(saga: SagaName, step: string): Scenario {
  const name = `${saga}.paused-at-${slug(step)}`;
  return {
    name,
    async run(world) {
      const held = holdBack(world, step);
      const started = await world.start(saga, inputs[saga], { businessKey: name });
      await started.until(({ steps }) => steps.some((known) => known.name === step));
      await started.update('pause', by);
      held.release();
      await started.until(({ steps }) => steps.every(({ status }) => status === 'done'));
      await started.update('unpause', by);
      return started;
    },
  };
}

/** Terminated while a step is on its way; what is kept is the history of the recovery. */
function recovered(saga: SagaName, step: string): Scenario {
  const name = `${saga}.recovered-at-${slug(step)}`;
  return {
    name,
    async run(world) {
      const held = holdBack(world, step);
      const started = await world.start(saga, inputs[saga], { businessKey: name });
      await started.until(({ steps }) => steps.some((known) => known.name === step));
      await started.handle.terminate('by hand');
      const { workflowId } = started.handle;
      const target = { workflowId, sagaId: started.sagaId, saga, reason: 'TERMINATED' };
      await startRecovery(world.env.client, target, 'sagastest');
      const { workflowId: id } = await started.recovery();
      const recovery = at(world, started, { workflowId: id });
      await recovery.result().catch(() => undefined);
      held.release();
      return recovery;
    },
  };
}

const denied: Scenario = {
  name: 'place-order.denied',
  async run(world) {
    const started = await world.start('place-order', orderInput(600_000), {
      businessKey: 'place-order.denied',
    });
    await started.until(({ steps }) => steps.some(({ name }) => name === 'manual review'));
    await started.update('decide', {
      ...{ step: 'manual review', actor: 'approver-1', reason: 'too much' },
      ...{ roles: ['payments-approver'], approved: false },
    });
    return started;
  },
};

/** The deadline passes while a participant is away. */
const deadlinePassed: Scenario = {
  name: 'place-order.deadline-passed',
  async run(world) {
    world.participants.from('forward reserve stock', { fails: 'STORE_UNAVAILABLE' });
    return world.start('place-order', orderInput(), { businessKey: 'place-order.deadline-passed' });
  },
};

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

/** Every run that must replay on today's code. */
export const scenarios: readonly Scenario[] = [
  ...familyScenarios,
  completed('place-order'),
  approved,
  ...['open order', 'reserve stock', 'authorize payment', 'capture payment'].map((step) =>
    compensatedAt('place-order', step),
  ),
  denied,
  deadlinePassed,
  cancelled('place-order', 'open order', 'place-order.cancelled'),
  ...['reserve stock', 'authorize payment'].map((step) => cancelled('place-order', step)),
  rawCancelled('place-order', 'open order'),
  paused('place-order', 'open order'),
  abortedAtPivot('place-order', 'capture payment'),
  repairedBy('place-order', 'ship stock', 'retry-with-input', { input: { orderId: 'order-1' } }),
  repairedBy('place-order', 'ship stock', 'mark-done-externally'),
  ...(['resume-forward', 'mark-done-externally'] as const).map((verb) =>
    undoRepairedBy('place-order', verb, { pivot: 'capture payment', undo: 'reserve stock' }),
  ),
  ...['open order', 'capture payment', 'ship stock'].map((step) => recovered('place-order', step)),
  parkedAt('place-order', 'retry', 'ship stock'),
  parkedAt('place-order', 'skip', 'confirm order'),
  undoParkedAt('place-order', 'retry', { pivot: 'capture payment', undo: 'reserve stock' }),
  undoParkedAt('place-order', 'skip', { pivot: 'capture payment', undo: 'reserve stock' }),
  pivotSettled('place-order', 'capture payment', 'reply'),
  pivotSettled('place-order', 'capture payment', 'request'),
  completed('return-order'),
  ...['request return', 'refund payment'].map((step) => compensatedAt('return-order', step)),
  cancelled('return-order', 'request return', 'return-order.cancelled'),
  ...['request return', 'refund payment'].map((step) => recovered('return-order', step)),
  parkedAt('return-order', 'retry', 'restock goods'),
  parkedAt('return-order', 'skip', 'close return'),
  undoParkedAt('return-order', 'retry', { pivot: 'refund payment', undo: 'request return' }),
  undoParkedAt('return-order', 'skip', { pivot: 'refund payment', undo: 'request return' }),
];
