import { getHeapStatistics } from 'node:v8';
import { existsSync } from 'node:fs';
import { deploymentOptions } from '../platform/host/deployment';
import { loadSchemas } from '../platform/event-log/schema-registry';
import { createLog } from '../platform/runtime/log';
import { withReactionLetters } from '../reactions/letters';
import { reactions } from '../reactions';
import { startReactor } from '../reactions/process';
import type { Reactor } from '../reactions/process';
import { openReactionStore } from '../reactions/store';
import type { ReactionStore } from '../reactions/store';
import type { HostedService, Vaults } from '../platform/host/hosted-service';
import { withWebhooks } from '../webhooks/host';
import { noteEnd } from '../webhooks/notices';
import { startWebhooks } from '../webhooks/process';
import type { Sender } from '../webhooks/sender';
import { openWebhookStore } from '../webhooks/store';
import type { WebhookStore } from '../webhooks/store';
import type { Config } from '../platform/runtime/config';
import type { RunningProcess } from '../platform/host/process';
import { presentGrant } from '../platform/host/grant-passing';
import { startService } from '../platform/host/service-process';
import { openDirectSteps } from '../platform/host/steps/open';
import type { DirectSteps } from '../platform/host/steps/open';
import { buildWorkflowBundle, defaultBundleFile } from '../platform/saga/bundle';
import { createEngineActivities } from '../platform/saga/orchestrate/engine-activities';
import { sagasJournal, verifierOf } from '../platform/saga/journal/hosted';
import { grantCheck, revocationsOf } from '../platform/saga/journal/revocations';
import { openSagasOf } from '../platform/saga/journal/open-sagas';
import type { OpenSagas } from '../platform/saga/journal/open-sagas';
import { switchesOf } from '../platform/saga/journal/switches';
import { startSweeper } from '../platform/saga/orchestrate/sweeper';
import type { Sweeper } from '../platform/saga/orchestrate/sweeper';

/** A saga whose worker died moves to another one after this; milliseconds. */
const stickyQueueMs = 2_000;

/**
 * Workflow tasks at work at once. They share one thread, so that more of them would not end sooner; with Temporal's
 * default of 40, a process that takes over hundreds of sagas has each of its tasks run out of its 10 s, and none ends.
 * On the direct way a task lasts as long as the services take to answer, and mostly waits: there more may be at work.
 */
const workflowTasksMax = { queue: 8, direct: 32 } as const;

/**
 * Sagas held in memory, for each GiB that the heap may take beyond the first 200 MiB. Under Temporal's default of 600 a
 * process with 4,000 open sagas died in its thread of workflows, most likely for want of memory. A saga that is not
 * held is replayed when it goes on.
 */
const cachedPerGiB = 150;

function cachedSagas(tasksMax: number): number {
  const heapMiB = getHeapStatistics().heap_size_limit / 1_048_576;
  return Math.max(tasksMax, Math.floor(((heapMiB - 200) * cachedPerGiB) / 1_024));
}

/** The orchestrator for these services: sagas, and their journal with its own database, relay and activities. */
export async function startOrchestrator(
  config: Config,
  services: readonly HostedService[],
): Promise<RunningProcess> {
  const participants = [...services.map(({ name }) => name), sagasJournal.name];
  const codePath = config.HOLDFAST_WORKFLOW_BUNDLE || defaultBundleFile;
  if (!config.HOLDFAST_WORKFLOW_BUNDLE || !existsSync(codePath)) {
    await buildWorkflowBundle(codePath);
  }
  let records: ReactionStore | undefined;
  const recordsOf = (keys: Vaults) =>
    (records ??= openReactionStore(config, { reactions, keys, log: createLog(config) }));
  let webhooks: WebhookStore | undefined;
  const webhooksOf = (keys: Vaults) => (webhooks ??= openWebhookStore(config, keys));
  const letters = withReactionLetters(sagasJournal, {
    ...{ reactions, recordsOf, schemas: loadSchemas(), log: createLog(config) },
    issuer: config.HOLDFAST_ISSUER,
  });
  const service = withWebhooks(letters, { storeOf: webhooksOf, config, log: createLog(config) });
  const tasksMax = workflowTasksMax[config.HOLDFAST_STEPS];
  let journal: OpenSagas | undefined;
  let sweeper: Sweeper | undefined;
  let reactor: Reactor | undefined;
  let sender: Sender | undefined;
  let direct: DirectSteps | undefined;
  const running = await startService(config, service, {
    ...deploymentOptions(config),
    workflowBundle: { codePath },
    activities: (parts) => {
      journal ??= openSagasOf(config, parts.keys.vault('store.sagas'));
      sweeper ??= startSweeper({ ...parts, journal });
      const { participant, store, openGrant } = parts;
      const queue = webhooksOf(parts.keys);
      reactor ??= startReactor({
        ...{ ...parts, reactions, records: recordsOf(parts.keys) },
        notify: (pending) =>
          noteEnd({ queue, readAggregate: (id) => store.readAggregate(id) }, pending),
      });
      sender ??= startWebhooks({ ...parts, registry: parts.metrics.registry, store: queue });
      const verify = verifierOf(config);
      direct ??= openDirectSteps(config, { ...parts, registry: parts.metrics.registry, services });
      return {
        ...direct.activities,
        ...createEngineActivities({
          ...{ journal: store, participants },
          turnSwitch: switchesOf(participant, { journal, verify }),
          revokeGrants: revocationsOf(participant, { journal, verify }),
          checkGrant: grantCheck({ store, presentGrant, open: openGrant }),
        }),
      };
    },
    stickyQueueScheduleToStartTimeout: stickyQueueMs,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    maxConcurrentWorkflowTaskExecutions: tasksMax,
    maxCachedWorkflows: cachedSagas(tasksMax),
    activityTaskPollerBehavior: { type: 'autoscaling' },
  });
  return {
    ...running,
    async stop() {
      await Promise.all([sweeper?.stop(), reactor?.stop()]);
      await sender?.stop();
      await running.stop();
      await Promise.all([journal?.close(), direct?.close()]);
    },
  };
}
