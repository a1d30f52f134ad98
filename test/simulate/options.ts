import { parseArgs } from 'node:util';

export const usage = `npm run test:simulate -- [options]

Draws histories of sagas, participants, network and clock by seeds, and checks what must hold at the end of each.

  --seeds <n>   how many; 10,000 when absent, at least 2
  --from <n>    the first seed; 1 when absent
  --seed <n>    replays one seed, and tells what happened
  --json        the result as JSON on standard output; progress goes to standard error
  --help        this text

Exit codes: 0 every promise held, 1 one was broken, or from 10,000 seeds on less than 95 % of what can be reached was
reached, 2 wrong usage.
`;

/** What was asked of the simulator. */
export interface SimulateOptions {
  readonly seeds: number;
  readonly from: number;
  /** One seed to replay, in place of drawing many. */
  readonly seed?: number;
  readonly json: boolean;
  readonly help: boolean;
}

/** Reads the arguments; throws a sentence about the first that is wrong. */
export function optionsOf(args: readonly string[]): SimulateOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '10000' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { seed, json, help } = values;
  return {
    ...{ json, help },
    seeds: numberOf('--seeds', values.seeds, 2),
    from: numberOf('--from', values.from, 0),
    ...(seed === undefined ? {} : { seed: numberOf('--seed', seed, 0) }),
  };
}

function numberOf(name: string, text: string, min: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min) return value;
  throw new Error(`${name} ${text}: a whole number, at least ${min}`);
}
