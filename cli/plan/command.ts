import { Command, Option } from 'commander';
import type { StepRoute } from '../../platform/saga/wire';
import { json, standardOutput, table } from '../sagas/print';
import type { Output } from '../sagas/print';
import { wholeNumber } from '../whole-number';
import { planOf } from './model';
import type { Plan } from './model';

const help = `
Multiplies what was measured once (docs/performance.md): an estimate to begin with, no promise. It asks nobody. Measure
your own sagas before you buy machines for them: npm run bench shows how.

Numbers that cannot be changed later, history shards and partitions, are in docs/kubernetes.md.

Exit codes: 0 done, 2 wrong usage.

Examples:
  holdfast plan --sagas-per-second 50
  holdfast plan --sagas-per-second 50 --steps 6 --compensated 5 --way direct
  holdfast plan --sagas-per-second 50 --json | jq .needs
`;

interface PlanOptions {
  readonly sagasPerSecond: number;
  readonly steps: number;
  readonly way: StepRoute;
  readonly compensated: number;
  readonly json: boolean;
}

const most = 1_000_000;

/** `holdfast plan`: about how many cores and processes a load needs. */
export function planCommand(): Command {
  const ways: readonly StepRoute[] = ['queue', 'direct'];
  return new Command('plan')
    .requiredOption('--sagas-per-second <n>', 'sagas that begin in a second', wholeNumber(most))
    .option('--steps <n>', 'steps of a saga', wholeNumber(1_000), 3)
    .option('--compensated <percent>', 'sagas of a hundred that are undone', wholeNumber(100), 1)
    .addOption(new Option('--way <way>', 'how steps go').choices(ways).default('queue'))
    .option('--json', 'print the plan as one JSON object', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(({ sagasPerSecond, steps, way, compensated, json: asJson }: PlanOptions) => {
      const plan = planOf({ sagasPerSecond, steps, way, compensatedPercent: compensated });
      if (asJson) json(out, plan);
      else draw(plan);
    });
}

const number = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });

/** For people, in a pipe as well: a program takes the JSON. */
const out: Output = { ...standardOutput, isTerminal: true };

function draw({ needs, eventsPerSecond, eventsPerDay, assumptions }: Plan): void {
  const rows = needs.map(({ part, cpuMsPerSaga, cores, processes }) => [
    ...[part, number(cpuMsPerSaga), number(cores), processes],
  ]);
  table(out, ['part', 'CPU ms a saga', 'cores', 'processes'], rows);
  const events = `${number(eventsPerSecond)} events a second, ${number(eventsPerDay)} a day`;
  out.write(['', events, '', ...assumptions.map((one) => `- ${one}`), ''].join('\n'));
}
