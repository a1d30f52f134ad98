import { parseArgs } from 'node:util';

export const usage = `npm run test:model -- [options]

Searches every state that one saga and its participants can reach, in each configuration; or shows for every rule what
happens without it. Two searches at a time.

  --mutations     takes out one rule at a time, and expects a counterexample for each
  --all           the largest configurations too: several GB of memory, and more than half an hour
  --only <text>   configurations, or rules, whose title has this text
  --json          the results as JSON on standard output; progress goes to standard error
  --help          this text

Exit codes: 0 all as they should be, 1 an invariant is broken or a removed rule is not missed, 2 wrong usage.
`;

/** What was asked of a search. */
export interface ModelOptions {
  readonly mutations: boolean;
  readonly all: boolean;
  readonly only: string;
  readonly json: boolean;
  readonly help: boolean;
}

const flag = { type: 'boolean', default: false } as const;

/** Reads the arguments; throws a sentence about the first that is none. */
export function optionsOf(args: readonly string[]): ModelOptions {
  return parseArgs({
    args: [...args],
    options: {
      ...{ mutations: flag, all: flag, json: flag, help: flag },
      only: { type: 'string', default: '' },
    },
  }).values;
}
