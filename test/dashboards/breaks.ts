import { randomUUID } from 'node:crypto';
import type { Control } from '../../cli/up/control';
import { openShop } from '../../cli/chaos/shop';
import { until } from '../../cli/up/api-client';
import { recipeWorld } from '../../cli/verify/recipe-world';
import { encodeEvent } from '../../platform/event-log/envelope';
import { connectLog } from '../../platform/event-log/kafka';
import { sealedLog } from '../../platform/event-log/sealed-log';
import { eventPartitions, eventTopic } from '../../platform/event-log/topics';
import { parseConfig } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { readCredentials } from '../../platform/security/tls';
import { recallReach } from '../../stack/recall';
import { renewCertificates } from '../../stack/renewal/renew';
import { recipes } from '../../workflows/recipes';
import { anEvent } from '../support/events';
import { parked } from './traffic';
import type { Ground } from './traffic';

/** A part that is broken, the alert that must stand then, and how it is mended. */
export interface Break {
  readonly name: string;
  readonly alert: string;
  /** Resolves once the part is broken, which is when the clock starts, with what mends it. */
  readonly breakIt: () => Promise<() => Promise<void>>;
}

/** Where parts are broken. */
export interface BreakingGround extends Ground {
  readonly control: Control;
  readonly stateDir: string;
}

const hourMs = 60 * 60_000;

/** A saga whose shipping is refused behind its pivot; a person tries the step again. */
function aParkedSaga(ground: BreakingGround): Break {
  return {
    name: 'a saga is parked behind its pivot',
    alert: 'HoldfastSagaParked',
    async breakIt() {
      const workflowId = await parked(ground);
      return async () => {
        const token = await ground.api.token('olga');
        const body = { reason: 'the carrier is back' };
        const told = { token, body, idempotencyKey: randomUUID() };
        const { status } = await ground.api.call(`/sagas/${workflowId}/retry`, told);
        if (status !== 202) throw new Error(`the retry was answered ${status}`);
      };
    },
  };
}

/** Brokers are away, an order is placed: its events wait in their tables. */
function aRelayThatStands({ api, control }: BreakingGround): Break {
  return {
    name: 'the relays cannot send: Kafka is away',
    alert: 'HoldfastOutboxOld',
    async breakIt() {
      const shop = await openShop({ api, customer: 'alice' });
      await control('halt', 'kafka', 'ask');
      await shop.placeOrder();
      return () => control('revive', 'kafka');
    },
  };
}

/** An order whose second event is not in the log while its third is; it is sent late. */
function aGapInTheLog({ arena }: BreakingGround): Break {
  const orderId = `gap-${randomUUID().slice(0, 8)}`;
  const aggregateId = `order/${orderId}`;
  const lines = [{ sku: 'tea', quantity: 1 }];
  const order = { customerId: 'grace', amountCents: 1_200, currency: 'EUR', lines };
  const facts = [
    { type: 'order.opened', data: { orderId, ...order, heldBy: 'a-test' } },
    { type: 'order.confirmed', data: { orderId } },
    { type: 'order.confirmed', data: { orderId } },
  ];
  const send = async (seqs: readonly number[]): Promise<void> => {
    const config = parseConfig(arena.environmentFor('orders'));
    const keys = openKeyring(config, { log: silentLog });
    const { HOLDFAST_KAFKA_BROKERS: brokers, HOLDFAST_INSTANCE: instance } = config;
    const credentials = () => readCredentials(config);
    const told = { brokers, clientId: 'orders-of-a-test', credentials, log: silentLog };
    const log = sealedLog(connectLog(told), { keys, instance });
    for (const seq of seqs) {
      const fact = facts[seq - 1]!;
      const event = anEvent({ aggregateId, seq, ...fact, partitions: eventPartitions });
      const record = encodeEvent(event, {
        service: 'orders',
        recordedTime: new Date().toISOString(),
      });
      await log.writer.append(eventTopic('orders', instance), event.slot, [record], 10_000);
    }
    await Promise.all([log.close(), keys.close()]);
  };
  return {
    name: 'an event is missing in the log',
    alert: 'HoldfastSequenceGap',
    async breakIt() {
      await send([1, 3]);
      return () => send([2]);
    },
  };
}

/** A certificate of three hours, as if it had not been renewed in time. */
function aCertificateThatEnds({ stateDir }: BreakingGround): Break {
  const issue = async (lifeMs: number): Promise<void> => {
    await renewCertificates(recallReach(stateDir), { names: ['orders'], lifeMs });
  };
  return {
    name: 'the certificate of a service ends in three hours',
    alert: 'HoldfastCertificateEnds',
    async breakIt() {
      await issue(3 * hourMs);
      return () => issue(24 * hourMs);
    },
  };
}

/**
 * A return that waits for payments, which does not run. Its own deadline is far away, so that it does not go back; the
 * rule asks the contract, which allows a quarter of an hour, and adds five minutes.
 */
function aSagaWithoutProgress({ arena, control }: BreakingGround): Break {
  const saga = 'return-order';
  return {
    name: 'a saga waits for a service that does not run',
    alert: 'HoldfastSagaNoProgress',
    async breakIt() {
      const run = randomUUID().slice(0, 8);
      const recipe = recipes.find((one) => one.saga === saga);
      if (recipe === undefined) throw new Error(`${saga} has no recipe`);
      const input = await recipe.prepare(recipeWorld(arena, run));
      await control('stop', 'payments');
      const workflowId = arena.workflowIdOf(saga, run);
      await arena.start(saga, { workflowId, input, deadlineMs: 2 * hourMs });
      await until(`${saga} to be in the journal`, 60_000, async () => {
        return await arena.journal(workflowId);
      });
      return () => control('start', 'payments');
    },
  };
}

/**
 * Five real parts that are broken. One takes twenty minutes by its contract: what needs payments comes before it, the
 * rest beside it.
 */
export function breaksOf(ground: BreakingGround): {
  readonly before: readonly Break[];
  readonly long: Break;
  readonly beside: readonly Break[];
} {
  return {
    before: [
      ...[aCertificateThatEnds(ground), aParkedSaga(ground)],
      ...[aRelayThatStands(ground), aGapInTheLog(ground)],
    ],
    long: aSagaWithoutProgress(ground),
    beside: [],
  };
}
