import { openConsul, consulName, instancesOf } from '../../../platform/discovery/consul';
import type { Consul } from '../../../platform/discovery/consul';
import { parseConfig } from '../../../platform/runtime/config';
import { sagasJournal } from '../../../platform/saga/journal/hosted';
import { processLimits } from '../../../stack/processes';
import { until } from '../../up/api-client';
import { auditOnce } from '../../up/audit';
import { instanceName } from '../../up/instances';
import type { InstanceName, repeatable } from '../../up/instances';
import type { PlatformProcess } from '../../up/processes';
import { grouped, startLoad } from '../rotation/load';
import type { LoadTold } from '../rotation/load';
import type { Stage } from '../stage';
import { openGateways } from './gateways';

/** Those of which there are two, so that one can go while the other works. */
export type Doubled = (typeof repeatable)[number];

export interface RollingOptions {
  /** Reads a second, beside customers who order one piece after the other. */
  readonly rate: number;
  /** How many of them; four unless told. */
  readonly buyers?: number;
  /** How often each instance is restarted. */
  readonly rounds: number;
  /** Processes to restart: two of each are at work meanwhile. */
  readonly doubled: readonly Doubled[];
  /** Restarted as well, though there is one only. */
  readonly alone: readonly PlatformProcess[];
  readonly say: (line: string) => void;
}

/** One instance that was stopped and started again. */
export interface Restart {
  readonly name: InstanceName;
  readonly stopMs: number;
  /** From its start until it is ready. */
  readonly startMs: number;
}

export interface RollingResult extends LoadTold {
  /** Requests a second, those of customers included. */
  readonly perSecond: number;
  readonly restarts: readonly Restart[];
  /** Requests that one gateway did not take and that went to the other. */
  readonly movedOn: number;
  /** Times that no gateway had time for a request, which then came back when it was told to. */
  readonly cameBack: number;
  readonly problems: readonly string[];
}

/** How long Consul may take to show an instance that is ready, milliseconds. */
const shownMs = 60_000;

/**
 * Restarts every instance one after the other under load, while another one of its name is at work. No request and no
 * saga may fail, none may have to be killed, and the audit of a system at rest must agree.
 */
export async function runRolling(stage: Stage, options: RollingOptions): Promise<RollingResult> {
  const { rate, rounds, doubled, alone, say } = options;
  const consul = openConsul(parseConfig(stage.arena.environmentFor('admin')));
  const second = (name: Doubled) => instanceName(name, 2);
  try {
    for (const name of doubled) await stage.control('start', second(name));
    await shown(stage, consul, doubled);
    const api = await openGateways(stage.arena.environmentFor);
    try {
      const load = await startLoad(api, rate, { buyers: options.buyers });
      const restarts: Restart[] = [];
      let told: LoadTold;
      try {
        for (let round = 1; round <= rounds; round += 1) {
          for (const name of turnOf(doubled, alone)) {
            const restart = await restarted(stage, name);
            await shown(stage, consul, doubled);
            restarts.push(restart);
            const { requests, sagas, failed } = load.seen;
            grouped(failed)
              .slice(0, 3)
              .forEach((one) => say(`    ${one}`));
            say(
              `${restartText(restart)}; ${requests} requests, ${sagas} sagas, ${failed.length} failed`,
            );
          }
        }
      } finally {
        told = await load.stop();
      }
      const perSecond = Math.round(told.requests / Math.max(1, told.seconds));
      const problems = await problemsOf(stage, told, { restarts, perSecond, rate });
      return {
        ...told,
        perSecond,
        restarts,
        movedOn: api.movedOn,
        cameBack: api.cameBack,
        problems,
      };
    } finally {
      await api.close();
    }
  } finally {
    for (const name of doubled) await stage.control('remove', second(name));
    await consul.close();
  }
}

/** Every instance once: the first ones of all processes, then their second ones. */
function turnOf(
  doubled: readonly Doubled[],
  alone: readonly PlatformProcess[],
): readonly InstanceName[] {
  return [1, 2]
    .flatMap((number) => doubled.map((name): InstanceName => instanceName(name, number)))
    .concat(alone);
}

async function restarted({ control }: Stage, name: InstanceName): Promise<Restart> {
  const beganMs = performance.now();
  await control('stop', name);
  const stoppedMs = performance.now();
  await control('start', name);
  const stopMs = Math.round(stoppedMs - beganMs);
  return { name, stopMs, startMs: Math.round(performance.now() - stoppedMs) };
}

/** Waits until others find both of each: ready is not yet found. */
async function shown(stage: Stage, consul: Consul, doubled: readonly Doubled[]): Promise<void> {
  const { HOLDFAST_INSTANCE: instance } = parseConfig(stage.arena.environmentFor('admin'));
  for (const process of doubled) {
    const service = process === 'orchestrator' ? sagasJournal.name : process;
    const path = `/v1/health/service/${consulName(service, instance)}?passing=true`;
    await until(`two of ${process} in Consul`, shownMs, async () => {
      const answer = await consul.ask({ path }).catch(() => undefined);
      return answer !== undefined && instancesOf(answer.body).length === 2 ? true : undefined;
    });
  }
}

async function problemsOf(
  stage: Stage,
  told: LoadTold,
  { restarts, perSecond, rate }: Pick<RollingResult, 'restarts' | 'perSecond'> & { rate: number },
): Promise<readonly string[]> {
  const { violations } = await auditOnce({ stack: stage.arena });
  const killed = restarts.filter(({ stopMs }) => stopMs >= processLimits.stopMs);
  return [
    ...grouped(told.failed).map((one) => `failed: ${one}`),
    ...killed.map(({ name }) => `${name} had to be killed`),
    ...violations.map((one) => `audit: ${JSON.stringify(one)}`),
    ...(perSecond < rate ? [`${perSecond} requests a second only: less than was to be shown`] : []),
    ...(told.sagas === 0 ? ['no saga was started: nothing was shown'] : []),
  ];
}

const secondsOf = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const restartText = ({ name, stopMs, startMs }: Restart): string =>
  `${name}: gone in ${secondsOf(stopMs)}, back after ${secondsOf(startMs)}`;

/** What clients noticed of it. */
export function rollingLines(result: RollingResult): readonly string[] {
  const { requests, perSecond, p99Ms, sagas, failed, seconds, restarts, problems } = result;
  const slowest = restarts.toSorted((a, b) => b.stopMs - a.stopMs)[0];
  return [
    `${problems.length === 0 ? '✓' : '✗'} rolling restart: ${restarts.length} restarts in ${seconds} s`,
    `    ${requests} requests (${perSecond}/s, p99 ${p99Ms} ms), ${sagas} sagas; ${failed.length} failed`,
    `    ${result.movedOn} were not taken by one gateway and went to the other`,
    ...(result.cameBack > 0
      ? [`    ${result.cameBack} times no gateway had time (OVERLOADED)`]
      : []),
    ...(slowest === undefined ? [] : [`    the slowest to go: ${restartText(slowest)}`]),
    ...problems.map((problem) => `  PROBLEM ${problem}`),
  ];
}
