import { setTimeout as delay } from 'node:timers/promises';
import { ReplayError } from '../../platform/event-log/replay/options';
import { dropOld, replayProjection } from '../../platform/event-log/replay/replay';
import { silentLog } from '../../platform/runtime/log';
import type { ReadModelStore } from '../../projections/store';
import { cpuWatch } from '../measure/cpu-watch';
import { noting } from '../relay/measure';
import { relayHistory, relayOf, until } from '../relay/relaying';
import { commitSteadily } from '../relay/steady';
import type { Lateness } from '../relay/steady';
import type { ProjectionOptions } from './options';
import { listedRows } from './rows';
import { listedTopics as topics } from './topics';
import type { ProjectionGroup, ProjectionWorld } from './world';

/** One round. CPU is in milliseconds for a thousand events. */
export interface ProjectionSample {
  readonly round: number;
  /** Events a second that the projector of the live read model applied while enough waited. */
  readonly caughtUpPerSecond: number;
  readonly caughtUpCpuMs: Readonly<Partial<Record<ProjectionGroup, number>>>;
  readonly commitsPerSecond: number;
  /** From the end of a commit to the acknowledgement of Kafka, and to the commit of its row. */
  readonly ack: Lateness;
  readonly row: Lateness;
  /** Events that the replay folded, and how many a second, by its own report. */
  readonly rebuilt: number;
  readonly rebuiltPerSecond: number;
  readonly rebuiltCpuMs: Readonly<Partial<Record<ProjectionGroup, number>>>;
}

export interface ProjectionTask extends Pick<
  ProjectionOptions,
  'events' | 'perRow' | 'ratePerSecond' | 'seconds'
> {
  readonly world: ProjectionWorld;
  readonly round: number;
  readonly tickMs: number;
  readonly signal: AbortSignal;
}

const [triesMax, waitMs] = [50, 100];

/** Lets a projector catch up with events that wait in the log, commits beside it, and builds the read model anew. */
export async function measureProjection(task: ProjectionTask): Promise<ProjectionSample> {
  const { world, round, tickMs, signal } = task;
  const added = await relayHistory(world.relayed, task, signal);
  const rows = new Map<string, number>();
  const watch = cpuWatch(world.groups, tickMs);
  const { caughtUp, end } = catchingUp(world, added, rows);
  try {
    await until(() => caughtUp.isDone(), signal);
    const caught = { caughtUpPerSecond: caughtUp.perSecond() };
    const caughtUpCpuMs = watch.msFor(added / 1_000);
    const steady = await commitBeside(task, rows);
    const rebuilt = await rebuild(task);
    return { round, ...caught, caughtUpCpuMs, ...steady, ...rebuilt };
  } finally {
    await end();
  }
}

/** Projects what is in the log by now, and nothing is measured of it. */
export async function projectHistory(
  world: ProjectionWorld,
  events: number,
  signal: AbortSignal,
): Promise<void> {
  if (events === 0) return;
  const { caughtUp, end } = catchingUp(world, events, undefined);
  let seen = -1;
  // As long as it takes, and no longer than it moves.
  while (!caughtUp.isDone() && caughtUp.applied() > seen) {
    seen = caughtUp.applied();
    const isFurther = () => caughtUp.isDone() || caughtUp.applied() > seen;
    await until(isFurther, signal);
  }
  await end();
}

/** The projector of the live read model; its rate is taken from its first batch on: joining a group takes a second. */
function catchingUp(
  { following }: ProjectionWorld,
  waiting: number,
  rows: Map<string, number> | undefined,
) {
  let [applied, firstBatch, firstMs, lastMs] = [0, 0, 0, 0];
  const end = following.begin((aggregateIds, atMs) => {
    lastMs = atMs;
    if (applied === 0) [firstBatch, firstMs] = [aggregateIds.length, lastMs];
    applied += aggregateIds.length;
    for (const aggregateId of aggregateIds) rows?.set(aggregateId, lastMs);
  });
  const caughtUp = {
    applied: () => applied,
    isDone: () => applied >= waiting,
    perSecond: () => ((applied - firstBatch) * 1_000) / (lastMs - firstMs),
  };
  return { caughtUp, end };
}

async function commitBeside(task: ProjectionTask, rows: Map<string, number>) {
  const { relayed } = task.world;
  const acked = new Map<string, number>();
  const relay = relayOf(relayed, () => undefined, noting(relayed.eventLog.writer, acked));
  try {
    rows.clear();
    const steady = { ...task, outbox: relayed.outbox };
    const { commitsPerSecond, late } = await commitSteadily(steady, { ack: acked, row: rows });
    return { commitsPerSecond, ...late };
  } finally {
    await relay.stop();
  }
}

/** By the code of `holdfast replay`, beside the live one, which stays live. */
async function rebuild({ world, tickMs }: ProjectionTask) {
  const { readModels, eventLog, relayed, groups } = world;
  const { generations } = readModels;
  const watch = cpuWatch(groups, tickMs);
  let rebuiltCpuMs: ProjectionSample['rebuiltCpuMs'] = {};
  const report = await replayProjection({
    ...{ projection: listedRows, fold: 'bench', topics, eventLog, generations, log: silentLog },
    ...{ groupPrefix: 'projector-replay', schemas: relayed.outbox.schemas },
    ...{ limits: { progressMs: 50 }, keepLive: true, sampleMax: 100, expectEqual: true },
    acceptLetters: false,
    progress: ({ phase, events }) => {
      if (phase === 'comparing') rebuiltCpuMs = watch.msFor(events / 1_000);
    },
  });
  if (report.verdict !== 'built')
    throw new Error(`the read model that was built ${report.verdict}`);
  await dropped(readModels);
  return { rebuilt: report.events, rebuiltPerSecond: report.eventsPerSecond, rebuiltCpuMs };
}

/** The right to replay ends with a connection: for a moment its server may not know yet. */
async function dropped({ generations }: ReadModelStore): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await dropOld(generations, listedRows.name);
      return;
    } catch (error) {
      if (tries >= triesMax || !(error instanceof ReplayError)) throw error;
      await delay(waitMs);
    }
  }
}
