import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { recallReach } from '../../../stack/recall';
import { ask } from '../../../stack/servers/https-request';
import { targetsFile } from '../../../stack/scrape-targets';
import { until } from '../../up/api-client';
import { auditOnce } from '../../up/audit';
import type { InstanceName } from '../../up/instances';
import { grouped, startLoad } from '../rotation/load';
import type { LoadSeen, LoadTold } from '../rotation/load';
import { logFromNow } from '../stage';
import type { LogLine, Stage } from '../stage';
import { openGateways } from './gateways';

export interface SickOptions {
  /** Reads a second that payments answers, beside customers who order one piece after the other. */
  readonly rate: number;
  /** How many of them; four unless told. */
  readonly buyers?: number;
  /** How long the one hangs, milliseconds. */
  readonly sickMs: number;
  readonly say: (line: string) => void;
}

export interface SickResult extends LoadTold {
  readonly perSecond: number;
  /** Requests of clients while it hung, and those of them that failed. */
  readonly meanwhile: { readonly requests: number; readonly failed: number };
  /** Calls of the gateway that it left without an answer. */
  readonly met: number;
  /** From the moment it was stopped until the last of them was sent, milliseconds: later nobody asked it. */
  readonly outAfterMs: number;
  /** From the moment it went on until it answered again, milliseconds. */
  readonly backAfterMs: number;
  readonly problems: readonly string[];
}

/** What one sick instance of three may cost. */
export const sickLimits = {
  outMs: 5_000,
  failedShare: 0.01,
  backMs: 60_000,
  calmMs: 3_000,
} as const;

const further: readonly InstanceName[] = ['payments-2', 'payments-3'];
const sick = 'payments-3';

/**
 * Stops one of three instances of payments in the middle of reads, as a machine that hangs: it goes on accepting, and
 * answers nothing. Callers must leave it for the others within seconds, and come back to it when it is well.
 */
export async function runSickInstance(stage: Stage, options: SickOptions): Promise<SickResult> {
  const { control, arena } = stage;
  for (const name of further) await control('start', name);
  try {
    const api = await openGateways(arena.environmentFor);
    try {
      const load = await startLoad(api, options.rate, {
        reads: 'accounts',
        buyers: options.buyers,
      });
      let seen: Seen;
      let told: LoadTold;
      try {
        seen = await whileOneHangs(stage, options, () => load.seen);
      } finally {
        told = await load.stop();
      }
      const perSecond = Math.round(told.requests / Math.max(1, told.seconds));
      const { violations } = await auditOnce({ stack: arena });
      const problems = [
        ...problemsOf(seen, told),
        ...violations.map((one) => `audit: ${JSON.stringify(one)}`),
        ...(perSecond < options.rate ? [`${perSecond} requests a second only`] : []),
      ];
      return { ...told, ...seen, perSecond, problems };
    } finally {
      await api.close();
    }
  } finally {
    await control('signal', sick, 'SIGCONT');
    for (const name of further) await control('remove', name);
  }
}

type Seen = Pick<SickResult, 'meanwhile' | 'met' | 'outAfterMs' | 'backAfterMs'>;

async function whileOneHangs(
  stage: Stage,
  { sickMs, say }: SickOptions,
  load: () => LoadSeen,
): Promise<Seen> {
  const answered = answersOf(path.dirname(stage.logsDir));
  const atFirst = await answered();
  await until(`reads at ${sick}`, sickLimits.backMs, async () =>
    (await answered()) > atFirst + 10 ? true : undefined,
  );
  await delay(sickLimits.calmMs);
  const log = logFromNow(stage, 'gateway');
  const before = { requests: load().requests, failed: load().failed.length };
  const stoppedAtMs = Date.now();
  await stage.control('signal', sick, 'SIGSTOP');
  await delay(sickMs);
  const meanwhile = {
    requests: load().requests - before.requests,
    failed: load().failed.length - before.failed,
  };
  const met = log().filter((line) => isLeft(line, portOf(path.dirname(stage.logsDir))));
  const lastMs = Math.max(stoppedAtMs, ...met.map(({ sentAtMs }) => sentAtMs));
  say(`${sick} hangs: ${met.length} calls met it, the last ${lastMs - stoppedAtMs} ms later`);
  await stage.control('signal', sick, 'SIGCONT');
  const wentOnMs = Date.now();
  const then = await answered();
  await until(`${sick} to be asked again`, sickLimits.backMs, async () =>
    (await answered()) > then ? true : undefined,
  );
  const outAfterMs = lastMs - stoppedAtMs;
  return { meanwhile, met: met.length, outAfterMs, backAfterMs: Date.now() - wentOnMs };
}

interface LeftCall extends LogLine {
  readonly instance: string;
  readonly sentAtMs: number;
}

/** A line of the gateway about a call that this instance has left without an answer. */
function isLeft(line: LogLine, port: string): line is LeftCall {
  const { instance } = line as Partial<LeftCall>;
  return line.msg === 'a service did not answer' && instance?.endsWith(`-${port}`) === true;
}

interface Target {
  readonly targets: readonly string[];
  readonly labels: { readonly instance: string };
}

/** Where Prometheus, and so everybody, finds the instance. */
function addressOf(stateDir: string): string {
  const targets = JSON.parse(readFileSync(targetsFile(stateDir), 'utf8')) as Target[];
  const found = targets.find(({ labels }) => labels.instance === sick)?.targets[0];
  if (found === undefined) throw new Error(`${sick} is in no list`);
  return found;
}

const portOf = (stateDir: string): string => addressOf(stateDir).split(':').at(-1) ?? '';

/** How many requests it has answered that were not about its health. */
function answersOf(stateDir: string): () => Promise<number> {
  const reach = recallReach(stateDir);
  return async () => {
    const url = `https://${addressOf(stateDir)}/metrics`;
    const lines = (await ask(reach, { url, as: 'prometheus' })).split('\n');
    const counts = lines.filter(
      (line) =>
        line.startsWith('http_server_request_duration_seconds_count') && /accounts/.test(line),
    );
    return counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
}

function problemsOf({ meanwhile, met, outAfterMs }: Seen, told: LoadTold): readonly string[] {
  const share = meanwhile.failed / Math.max(1, meanwhile.requests);
  const { outMs, failedShare } = sickLimits;
  return [
    ...(met === 0 ? ['no call met the one that hung: nothing was shown'] : []),
    ...(outAfterMs > outMs ? [`it was asked for ${outAfterMs} ms: more than ${outMs}`] : []),
    ...(share >= failedShare ? [`${(share * 100).toFixed(2)} % failed`] : []),
    ...grouped(told.failed.filter((one) => one.startsWith('saga'))),
    ...(told.sagas === 0 ? ['no saga was started'] : []),
  ];
}

/** What clients noticed of it. */
export function sickLines(result: SickResult): readonly string[] {
  const { meanwhile, met, outAfterMs, backAfterMs, perSecond, p99Ms, sagas, problems } = result;
  const share = ((meanwhile.failed / Math.max(1, meanwhile.requests)) * 100).toFixed(2);
  return [
    `${problems.length === 0 ? '✓' : '✗'} one of three hangs: out after ${outAfterMs} ms, back after ${backAfterMs} ms`,
    `    it left ${met} calls of the gateway without an answer`,
    `    ${meanwhile.failed} of ${meanwhile.requests} requests failed meanwhile (${share} %)`,
    `    ${perSecond} requests/s, p99 ${p99Ms} ms, ${sagas} sagas`,
    ...problems.map((problem) => `  PROBLEM ${problem}`),
  ];
}
