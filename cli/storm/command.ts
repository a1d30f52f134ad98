import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { withTheatre } from '../verify/theatre';
import { notConfirmed } from '../command-error';
import { progressLine } from '../../stack/progress';
import type { ProgressEvent } from '../../stack/progress';
import { faultKinds, victimsOf } from './faults';
import type { FaultKind, Victim } from './faults';
import { hitLine } from './plan';
import type { Hit } from './plan';
import { stormPage } from './report/html';
import { reportLines } from './report/lines';
import { runningTarget, runningVictims } from './running';
import { planOf, runStorm, targetOf } from './storm';
import type { StormOptions, Target } from './storm';

interface CommandOptions {
  readonly minutes: number;
  readonly seed?: number;
  readonly brokers: 1 | 3;
  readonly faults?: readonly FaultKind[];
  readonly rate: number;
  readonly drain: boolean;
  readonly overlap: number;
  readonly plan: boolean;
  readonly stack: 'own' | 'running';
  readonly state: string;
  readonly yes: boolean;
  readonly html?: string;
  readonly json: boolean;
}

const whichHelp = 'a stack of its own, or the one that runs in --state, hit by its recorded pids';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Gives `holdfast chaos` its own action: the general storm. */
export function addStorm(command: Command): Command {
  return command
    .option('--minutes <count>', 'how long faults begin', positive, 10)
    .option('--seed <number>', 'chooses whom to hit, how and when; random unless given', whole)
    .option('--brokers <count>', 'Kafka brokers, 1 or 3', brokers, 3)
    .option(
      '--faults <kinds>',
      `some of ${faultKinds.join(',')}, or none: the same load undisturbed`,
      kinds,
    )
    .option('--rate <number>', 'clients that come each second', positive, 2)
    .option('--drain', 'serve those who came and had to wait, after the faults', false)
    .option('--overlap <count>', 'faults at the same time; the promise is about one', whole, 1)
    .option('--plan', 'print the plan of the seed and start nothing', false)
    .addOption(new Option('--stack <which>', whichHelp).choices(['own', 'running']).default('own'))
    .option('--state <folder>', 'of the running stack', '.holdfast')
    .option('--yes', 'yes, hit the running stack', false)
    .option('--html <file>', 'write a page with plots')
    .action(storm);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0 && value <= 10_000) return value;
  throw new InvalidArgumentError('a number above 0 is expected.');
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('a whole number above 0 is expected.');
}

function brokers(text: string): 1 | 3 {
  if (text === '1') return 1;
  if (text === '3') return 3;
  throw new InvalidArgumentError('1 or 3.');
}

function kinds(text: string): readonly FaultKind[] {
  if (text === 'none') return [];
  const named = text.split(',');
  const unknown = named.find((name) => !(faultKinds as readonly string[]).includes(name));
  if (unknown === undefined) return named as FaultKind[];
  throw new InvalidArgumentError(
    `there is no fault ${unknown}; known are ${faultKinds.join(', ')}.`,
  );
}

async function storm(told: CommandOptions): Promise<void> {
  if (told.stack === 'running') return stormOverRunning(told);
  const options = optionsOf(told, told.brokers);
  const plan = planned(options, victimsOf(told.brokers));
  if (told.plan) return plan.map(hitLine).forEach(say);
  const onProgress = (event: ProgressEvent): void => {
    if (event.phase === 'ready' || event.phase === 'failed') say(progressLine(event));
  };
  const name = `storm-${options.seed}`;
  await withTheatre({ name, brokers: told.brokers, onProgress }, (theatre) =>
    play(told, targetOf(theatre, told.brokers), { options, plan }),
  );
}

/** Never by accident: a stack that somebody works with is hit only where they said so. */
async function stormOverRunning(told: CommandOptions): Promise<void> {
  const interrupt = new AbortController();
  const { target, brokers: found } = runningTarget(told.state, interrupt.signal);
  const options = optionsOf(told, found);
  const plan = planned(options, runningVictims(found));
  if (told.plan) return plan.map(hitLine).forEach(say);
  if (!told.yes) {
    throw notConfirmed(`this hits the stack in ${told.state} and places orders on it`);
  }
  process.once('SIGINT', () => interrupt.abort(new Error('interrupted')));
  await play(told, target, { options, plan });
}

function optionsOf(told: CommandOptions, found: 1 | 3): StormOptions {
  const seed = told.seed ?? randomInt(1, 1_000_000);
  const { minutes, overlap, rate: ratePerSecond, drain: drains, faults } = told;
  const kinds = faults === undefined ? {} : { kinds: faults };
  return { seed, minutes, overlap, ratePerSecond, drains, brokers: found, ...kinds };
}

function planned(options: StormOptions, victims: readonly Victim[]): readonly Hit[] {
  const plan = planOf(options, victims);
  say(`seed ${options.seed}: ${plan.length} faults in ${options.minutes} minutes`);
  return plan;
}

async function play(
  told: CommandOptions,
  target: Target,
  { options, plan }: { readonly options: StormOptions; readonly plan: readonly Hit[] },
): Promise<void> {
  const { report, series } = await runStorm(target, options, { plan, say });
  reportLines(report, series).forEach(say);
  if (told.html !== undefined) writeFileSync(told.html, stormPage(report, series));
  if (told.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  if (report.verdict === 'broken') process.exitCode = 1;
}
