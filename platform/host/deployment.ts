import { VersioningBehavior } from '@temporalio/common';
import type { WorkerOptions } from '@temporalio/worker';
import type { Config } from '../runtime/config';

/** What a worker says of the code it runs. */
export type DeploymentOptions = Pick<WorkerOptions, 'workerDeploymentOptions'>;

/**
 * Makes the worker of the sagas a versioned one when the environment names a deployment and a build: a saga then stays
 * on the build it began on (PINNED) until it ends or a person moves it. Without the two names the worker is unversioned
 * and takes every saga, so that a developer's stack needs no promoting. See docs/versions.md.
 */
export function deploymentOptions(
  config: Pick<Config, 'HOLDFAST_DEPLOYMENT' | 'HOLDFAST_BUILD_ID'>,
): DeploymentOptions {
  const { HOLDFAST_DEPLOYMENT: deploymentName, HOLDFAST_BUILD_ID: buildId } = config;
  if (deploymentName === '') return {};
  return {
    workerDeploymentOptions: {
      version: { deploymentName, buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: VersioningBehavior.PINNED,
    },
  };
}
