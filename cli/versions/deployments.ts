import { CommandError } from '../command-error';
import type { Reach } from './temporal';

/** Where a build stands, in Temporal's words. `unused` has workers, but no saga was ever sent to it. */
export type BuildStatus = 'unused' | 'inactive' | 'current' | 'ramping' | 'draining' | 'drained';

const statuses: readonly (BuildStatus | undefined)[] = [
  ...([undefined, 'inactive', 'current', 'ramping', 'draining', 'drained', 'unused'] as const),
];

/** One build of the sagas' worker. */
export interface Build {
  readonly buildId: string;
  readonly status: BuildStatus;
  /** Sagas pinned to it that have not ended, and those of them that wait for a person. */
  readonly open: number;
  readonly parked: number;
}

/** A build by name. */
export interface BuildName {
  readonly deploymentName: string;
  readonly buildId: string;
}

/** gRPC status codes we tell apart. */
const notFound = 5;
const failedPrecondition = 9;

/** The builds of a deployment, newest first. Throws DEPLOYMENT_UNKNOWN before its first versioned worker. */
export async function listBuilds(reach: Reach, deploymentName: string): Promise<readonly Build[]> {
  const { client, namespace, within } = reach;
  const described = await within(() =>
    client.workflowService.describeWorkerDeployment({ namespace, deploymentName }),
  ).catch((error: unknown) => {
    throw unknownDeployment(error, deploymentName);
  });
  const summaries = described.workerDeploymentInfo?.versionSummaries ?? [];
  const builds = summaries.map(async (summary): Promise<Build> => {
    const buildId = summary.deploymentVersion?.buildId ?? '';
    const status = statuses[summary.status ?? 0] ?? 'unused';
    return { buildId, status, ...(await countSagas(reach, { deploymentName, buildId })) };
  });
  return Promise.all(builds);
}

/** Search condition of the sagas on a build that have not ended. */
export function openOn(build: BuildName) {
  const version = `${build.deploymentName}:${build.buildId}`;
  return `TemporalWorkerDeploymentVersion = '${version}' AND ExecutionStatus = 'Running'`;
}

async function countSagas(reach: Reach, build: BuildName) {
  const count = async (query: string) =>
    (await reach.within(() => reach.client.workflow.count(query))).count;
  const open = openOn(build);
  return { open: await count(open), parked: await count(`${open} AND SagaState = 'parked'`) };
}

/** Sends every saga that starts from now on to `buildId`. Running ones stay where they are. */
export async function promote(
  { client, namespace, within }: Reach,
  { deploymentName, buildId }: BuildName,
): Promise<void> {
  await within(() =>
    client.workflowService.setWorkerDeploymentCurrentVersion({
      ...{ namespace, deploymentName, buildId, identity: 'holdfast versions' },
    }),
  ).catch((error: unknown) => {
    throw unknownBuild(error, { deploymentName, buildId });
  });
}

function unknownDeployment(error: unknown, deploymentName: string): unknown {
  if ((error as { code?: number }).code !== notFound) return error;
  const cause = `no worker of a deployment ${deploymentName} was ever seen`;
  const fix = 'start the orchestrator with HOLDFAST_DEPLOYMENT and HOLDFAST_BUILD_ID';
  return new CommandError({ code: 'DEPLOYMENT_UNKNOWN', cause, fix }, { cause: error });
}

/** One build of a deployment. Throws BUILD_UNKNOWN where no worker of it was ever seen. */
export async function findBuild(
  reach: Reach,
  { deploymentName, buildId }: BuildName,
): Promise<Build> {
  const builds = await listBuilds(reach, deploymentName);
  const build = builds.find((one) => one.buildId === buildId);
  if (build !== undefined) return build;
  throw unknownBuild({ code: notFound }, { deploymentName, buildId });
}

function unknownBuild(error: unknown, { deploymentName, buildId }: BuildName): unknown {
  const { code } = error as { code?: number };
  if (code !== notFound && code !== failedPrecondition) return error;
  const cause = `no worker of build ${buildId} is known to the deployment ${deploymentName}`;
  const fix = 'start the orchestrator of that build first, and wait until it is ready';
  return new CommandError({ code: 'BUILD_UNKNOWN', cause, fix }, { cause: error });
}
