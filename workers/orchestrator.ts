import { existsSync } from 'node:fs';
import { deploymentOptions } from '../platform/host/deployment';
import { runProcess } from '../platform/host/process';
import { startService } from '../platform/host/service-process';
import { buildWorkflowBundle, defaultBundleFile } from '../platform/saga/bundle';
import { engineActivities } from '../platform/saga/engine/activities';
import { sagasJournal } from '../platform/saga/journal/hosted';

/** A saga whose worker died moves to another one after this; milliseconds. */
const stickyQueueMs = 2_000;

/** The orchestrator as a process: sagas, and their journal with its own database, relay and activities. */
void runProcess(process.env, async (config) => {
  const codePath = config.HOLDFAST_WORKFLOW_BUNDLE || defaultBundleFile;
  if (!config.HOLDFAST_WORKFLOW_BUNDLE || !existsSync(codePath)) {
    await buildWorkflowBundle(codePath);
  }
  return startService(config, sagasJournal, {
    ...deploymentOptions(config),
    workflowBundle: { codePath },
    activities: engineActivities,
    stickyQueueScheduleToStartTimeout: stickyQueueMs,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
  });
});
