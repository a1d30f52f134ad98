import path from 'node:path';
import { createApiClient } from '../up/api-client';
import { controlOf } from '../up/control';
import type { Theatre } from '../verify/theatre';
import { victimsOf } from './faults';
import type { FaultKind, Victim } from './faults';
import { handsOf } from './hands';
import type { Hands } from './hands';
import { judge } from './judge/judge';
import { keepLoading } from './load/load';
import { openMarket } from './load/market';
import { openDiary } from './load/ticket';
import { hitLine, planStorm } from './plan';
import type { Hit } from './plan';
import { rage } from './rage';
import type { Struck } from './rage';
import { reportOf } from './report/report';
import type { StormReport } from './report/report';
import { seriesOf } from './report/series';
import type { Series } from './report/series';

/** How a storm is told to be. */
export interface StormOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly brokers: 1 | 3;
  readonly kinds?: readonly FaultKind[];
  /** Errands that begin each second. */
  readonly ratePerSecond: number;
  /** Clients that came during the storm and had to wait for their turn are served after it. */
  readonly drains?: boolean;
  /** Faults at the same time. */
  readonly overlap: number;
}

const stormLimits = { replaysMax: 200, warmMs: 3_000, progressMs: 5_000 } as const;

/** The plan of a storm, before anything is started. */
export function planOf(options: StormOptions, victims: readonly Victim[]): readonly Hit[] {
  const { seed, minutes, kinds, overlap } = options;
  const lengthMs = minutes * 60_000;
  return planStorm({ seed, lengthMs, victims, overlap, ...(kinds === undefined ? {} : { kinds }) });
}

/** A stack that is about to be hit. */
export interface Target {
  readonly gatewayUrl: string;
  readonly issuer: string;
  readonly caFile: string;
  readonly environmentFor: (name: string) => Record<string, string>;
  readonly hands: Hands;
  readonly isOurs: boolean;
  readonly signal: AbortSignal;
}

/** A world of its own as a target. */
export function targetOf({ world, folder, signal }: Theatre, brokers: 1 | 3): Target {
  const crashDir = path.join(folder, 'crashes');
  const control = controlOf(world, crashDir);
  return {
    ...{ gatewayUrl: world.gatewayUrl, issuer: world.issuer, caFile: world.caFile },
    environmentFor: (name) => world.stack.environmentFor(name),
    hands: handsOf({ control, victims: victimsOf(brokers), crashDir }),
    isOurs: true,
    signal,
  };
}

/** Load and faults at the same time; then no faults, then no load, then everything is counted. */
export async function runStorm(
  target: Target,
  options: StormOptions,
  { plan, say }: { readonly plan: readonly Hit[]; readonly say: (line: string) => void },
): Promise<{ readonly report: StormReport; readonly series: Series }> {
  const api = createApiClient(target);
  try {
    const { seed, ratePerSecond, drains = false } = options;
    const market = await openMarket(api, `storm-${seed}-${Date.now().toString(36)}`);
    const diary = openDiary();
    const counter = { api, market, diary };
    const fromMs = Date.now();
    const over = new AbortController();
    const load = { counter, seed, ratePerSecond, drains };
    const loading = keepLoading({ ...load, signal: over.signal });
    const onStruck = teller(say, diary, fromMs);
    const struck = await rage({
      ...{ plan, hands: target.hands, overlap: options.overlap, onStruck, signal: target.signal },
      lengthMs: options.minutes * 60_000,
    }).finally(() => over.abort());
    say(
      `the storm is over after ${struck.length} faults; ${diary.tickets.length} sagas were taken`,
    );
    await loading;
    const toMs = Date.now();
    const { environmentFor, isOurs } = target;
    const { replaysMax } = stormLimits;
    const since = new Date(fromMs);
    const judged = { api, environmentFor, market, diary, isOurs, since, replaysMax, say };
    const verdict = await judge(judged);
    const series = seriesOf(verdict.evidence, diary, { fromMs, toMs });
    const report = reportOf({ options, struck, diary, verdict, series });
    return { report, series };
  } finally {
    await api.close();
  }
}

/** One line for each fault when it begins and ends, with what the clients have seen by then. */
function teller(
  say: (line: string) => void,
  { tickets }: { readonly tickets: readonly { told?: string }[] },
  fromMs: number,
) {
  return ({ hit, missed, endedAt, liftedAt }: Struck, at: 'struck' | 'lifted'): void => {
    const second = `${((Date.now() - fromMs) / 1_000).toFixed(1)} s`.padStart(8);
    const ended = tickets.filter(({ told }) => told !== undefined).length;
    const seen = `${tickets.length} taken, ${ended} seen ended`;
    if (missed) return say(`${second}  nobody came by ${hit.point ?? ''} of ${hit.victim}`);
    const done = `back after ${((liftedAt - endedAt) / 1_000).toFixed(1)} s; ${seen}`;
    say(
      `${second} ${at === 'struck' ? hitLine(hit) : `${' '.repeat(14)}${hit.victim.padEnd(14)} ${done}`}`,
    );
  };
}
