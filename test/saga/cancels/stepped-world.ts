import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { NativeConnection } from '@temporalio/worker';
import { inventory } from '../../../activities/inventory/contract';
import { orders } from '../../../activities/orders/contract';
import { payments } from '../../../activities/payments/contract';
import { connectTemporal } from '../../../platform/host/temporal-worker';
import { createActivities } from '../../../platform/participant/activities';
import type { Config } from '../../../platform/runtime/config';
import { startTracing } from '../../../platform/runtime/tracing';
import { freshInstance } from '../../support/stores';
import { configFor } from '../../support/world';
import { ScriptedParticipants } from '../support/scripted-participants';
import { openTestJournal, unsignedGrants } from '../support/test-journal';
import { latch, Turnstile } from './turnstile';
import type { Latch } from './turnstile';

/**
 * The real Temporal server, and workers that do nothing of their own accord: each workflow task and each answer of a
 * participant or of the journal is let through by hand. One saga at a time.
 */
export interface SteppedWorld {
  readonly instance: string;
  readonly client: Client;
  readonly participants: ScriptedParticipants;
  readonly journalStore: ReturnType<typeof openTestJournal>['store'];
  readonly turnstile: Turnstile;
  /** Activities that are held, by activity id. */
  readonly held: ReadonlyMap<string, Latch>;
  stop(): Promise<void>;
}

type Activities = Record<string, (...told: never[]) => Promise<unknown>>;

export async function startSteppedWorld(bundleFile: string): Promise<SteppedWorld> {
  const instance = freshInstance();
  const config = configFor('orchestrator', instance);
  const connection = await connectTemporal(config);
  const client = new Client({ connection, namespace: config.HOLDFAST_TEMPORAL_NAMESPACE });
  const [participants, turnstile] = [new ScriptedParticipants(), new Turnstile()];
  const held = new Map<string, Latch>();
  const tracing = startTracing({ serviceName: 'test', register: false });
  const journal = openTestJournal(await unsignedGrants());
  const workers = await Promise.all([
    sagaWorker({ connection, config, bundleFile, turnstile, plugin: tracing.plugin }),
    activityWorker(connection, config, 'sagas', holding(held, journal.activities as Activities)),
    ...[orders, payments, inventory].map(({ contract: { name, commands } }) => {
      const handle = participants.handle.bind(participants, name);
      const activities = createActivities({ handle }, { name, commands });
      return activityWorker(connection, config, name, holding(held, activities));
    }),
  ]);
  const running = workers.map((worker) => worker.run());
  return {
    ...{ instance, client, participants, journalStore: journal.store, turnstile, held },
    async stop() {
      workers.forEach((worker) => worker.shutdown());
      await Promise.all(running);
      await connection.close();
      await tracing.stop();
    },
  };
}

/** Keeps no saga in memory: every task replays the whole history, and one poller is enough. */
function sagaWorker(options: {
  readonly connection: NativeConnection;
  readonly config: Config;
  readonly bundleFile: string;
  readonly turnstile: Turnstile;
  readonly plugin: ReturnType<typeof startTracing>['plugin'];
}): Promise<Worker> {
  const { connection, config, bundleFile, turnstile, plugin } = options;
  const fixed = { type: 'fixed-size', numSlots: 1 } as const;
  return Worker.create({
    connection,
    namespace: config.HOLDFAST_TEMPORAL_NAMESPACE,
    taskQueue: `sagas${config.HOLDFAST_INSTANCE}`,
    workflowBundle: { codePath: bundleFile },
    plugins: [plugin],
    maxCachedWorkflows: 0,
    workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
    dataConverter: { payloadCodecs: [turnstile.codec] },
    tuner: {
      workflowTaskSlotSupplier: turnstile.slots,
      activityTaskSlotSupplier: fixed,
      localActivityTaskSlotSupplier: fixed,
      nexusTaskSlotSupplier: fixed,
    },
  });
}

function activityWorker(
  connection: NativeConnection,
  config: Config,
  name: string,
  activities: Activities,
): Promise<Worker> {
  return Worker.create({
    ...{ connection, activities },
    namespace: config.HOLDFAST_TEMPORAL_NAMESPACE,
    taskQueue: `${name}${config.HOLDFAST_INSTANCE}`,
  });
}

/** Each activity waits before it does anything until it is let go. */
function holding(held: Map<string, Latch>, activities: Activities): Activities {
  const entries = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...told: never[]) => {
      const { activityId } = Context.current().info;
      const gate = latch();
      held.set(activityId, gate);
      await gate.opened;
      held.delete(activityId);
      return activity(...told);
    },
  ]);
  return Object.fromEntries(entries) as Activities;
}
