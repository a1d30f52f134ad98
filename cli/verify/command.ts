import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { installTemporalRuntime } from '../../platform/host/temporal-worker';
import { createLog } from '../../platform/runtime/log';
import { projectRoot } from '../../platform/runtime/paths';
import { recipes } from '../../workflows/recipes';
import type { Arena } from './arena';
import { isPossible } from './cells';
import { explore, ExploreError } from './explore';
import type { Explored, ExploreOptions } from './explore';
import { htmlOf } from './html';
import type { HtmlPart } from './html';
import { matrixLines, matrixOf, redOf, summaryOf } from './report';
import { withArena } from './theatre';
import type { CellResult } from './cell/run-cell';
import { verifyInPairs } from './pairs/verify-pairs';

interface VerifyOptions {
  readonly pairs: boolean;
  readonly input?: string;
  readonly only?: string;
  readonly sample?: number;
  readonly seed?: number;
  readonly atOnce: number;
  readonly html?: string;
  readonly json: boolean;
}

const help = `
A cell is one step, one direction and one fault. Every cell runs the saga once, against the real stores.

With --pairs two faults at a time, in this process and without a server: the engine and the fence are the real ones, the
services are played. No saga named means all.

Exit codes: 0 every cell is green, 1 some are red, 2 wrong usage.

Examples:
  holdfast verify place-order
  holdfast verify place-order --html matrix.html
  holdfast verify place-order --sample 10 --seed 7
  holdfast verify place-order --only "capture payment/forward/reply-lost"
  holdfast verify place-order --pairs
`;

/** `holdfast verify`: runs a saga once under every fault at every step, and counts what is left. */
export function verifyCommand(): Command {
  return new Command('verify')
    .argument('[saga...]', 'sagas with a recipe: see docs/verify.md')
    .option('--pairs', 'every pair of faults, without servers', false)
    .option('--only <cell>', 'one cell, <step>/<direction>/<fault>, or one run of --pairs')
    .option('--sample <count>', 'so many cells, chosen by the seed', count)
    .option('--seed <number>', 'chooses the sample and the pauses; random unless given', count)
    .option('--at-once <count>', 'sagas at work at the same time', count, 6)
    .option('--html <file>', 'write the matrix as a page of its own')
    .option('--input <file>', 'input of the saga as JSON; --pairs only, a sample unless given')
    .option('--json', 'end with one JSON object a saga on standard output', false)
    .addHelpText('after', help)
    .exitOverride()
    .action((sagas: string[], options: VerifyOptions) =>
      options.pairs ? verifyPairs(sagas, options) : verify(sagas, options),
    );
}

async function verifyPairs(sagas: readonly string[], options: VerifyOptions): Promise<void> {
  const { only, sample, input, json, seed, html } = options;
  if (seed !== undefined || html !== undefined) {
    const fix = 'leave out --seed and --html';
    throw new ExploreError('OPTION_UNFIT', 'pairs have no seed and no matrix', fix);
  }
  const request = {
    ...{ sagas, json },
    ...(only === undefined ? {} : { only }),
    ...(sample === undefined ? {} : { sample }),
    ...(input === undefined ? {} : { input }),
  };
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  if (!(await verifyInPairs(request, { tell: say, print }))) process.exitCode = 1;
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('a whole number is expected.');
}

function recipeOf(saga: string) {
  const recipe = recipes.find((one) => one.saga === saga);
  if (recipe !== undefined) return recipe;
  const known = recipes.map((one) => one.saga).join(', ');
  const fix = `there is one for ${known}; docs/verify.md says how to write another`;
  throw new ExploreError('RECIPE_UNKNOWN', `there is no recipe for ${saga}`, fix);
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function verify(sagas: readonly string[], options: VerifyOptions): Promise<void> {
  if (sagas.length === 0 || options.input !== undefined) {
    const fix = 'name a saga with a recipe; --input belongs to --pairs';
    throw new ExploreError('SAGA_MISSING', 'a cell runs a saga by its recipe', fix);
  }
  const chosen = sagas.map(recipeOf);
  if (options.only !== undefined && chosen.length > 1) {
    const fix = 'name the one saga that has this cell';
    throw new ExploreError('ONLY_NEEDS_ONE', '--only runs a cell of one saga', fix);
  }
  // Standard output is for --json alone: the workers that replay say only what goes wrong.
  const quiet = { HOLDFAST_NAME: 'verify', HOLDFAST_LOG_LEVEL: 'error' } as const;
  installTemporalRuntime(createLog(quiet, process.stderr));
  await withArena('verify', async (arena) => {
    const parts: HtmlPart[] = [];
    for (const recipe of chosen) {
      parts.push(report(await verifyOne(arena, { recipe, options }), options));
      if (options.html !== undefined) writeFileSync(options.html, htmlOf(parts));
    }
  });
}

function verifyOne(
  arena: Arena,
  { recipe, options }: Pick<ExploreOptions, 'recipe'> & { readonly options: VerifyOptions },
): Promise<Explored> {
  const { only, sample, atOnce, seed = randomInt(1_000_000) } = options;
  return explore(arena, {
    ...{ recipe, seed, atOnce, onCell: tell },
    bundleFile: path.join(projectRoot, 'dist', 'workflow-bundle.js'),
    ...(only === undefined ? {} : { only }),
    ...(sample === undefined ? {} : { sample }),
  });
}

function tell({ cell, outcome, problems, durationMs }: CellResult, done: number, total: number) {
  const sign = problems.length === 0 ? '✓' : '✗';
  say(
    `  ${sign} ${done}/${total}  ${cell.id}  ${outcome} after ${(durationMs / 1000).toFixed(1)} s`,
  );
}

function report(explored: Explored, { json }: VerifyOptions): HtmlPart {
  const steps = new Map(explored.steps.map((step) => [step.name, step]));
  const rows = matrixOf(explored, {
    isPossible: ({ step, direction }, fault) => {
      const known = steps.get(step);
      return known !== undefined && isPossible(known, direction, fault);
    },
  });
  matrixLines(explored, rows).forEach(say);
  say(summaryOf(explored));
  if (json) process.stdout.write(`${JSON.stringify(explored)}\n`);
  if (redOf(explored).length > 0 || explored.violations.length > 0) process.exitCode = 1;
  return { explored, rows };
}
