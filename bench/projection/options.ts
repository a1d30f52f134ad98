import { parseArgs } from 'node:util';
import { numbersOf, parsed } from '../words';

/** What is run, and how it is told. */
export interface ProjectionOptions {
  readonly rounds: number;
  readonly events: number;
  readonly perRow: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  /** Events that are in database, log and read model before anything is measured. */
  readonly history: number;
  readonly out?: string;
  readonly json: boolean;
  readonly help: boolean;
}

export const projectionUsage = `npm run bench -- projection [options]

Starts PostgreSQL, Kafka and a key store on free ports. One process commits events as a service does, relays them, and
projects them into a read model: how fast a projector catches up with what waits in the log, how long after a commit its
row stands beside steady commits, and how fast a replay builds the read model anew beside the live one, from the first
event on. Events, rows and log are sealed, over mutual TLS.

  --rounds <n>           3 unless told
  --events <n>           that are added in each round; 50000 unless told
  --per-row <n>          of them to a row; 2 unless told
  --rate <n>             commits a second afterwards; 500 unless told
  --seconds <n>          of commits; 10 unless told
  --history <n>          events that were projected before, for what grows with a history; none unless told
  --out <folder>         writes report.md and report.json there
  --json                 the report as JSON on standard output, in place of the table
  --help                 this text

Exit codes: 0 measured, 2 wrong usage, or servers, relay or projector that did not do their work, 130 interrupted
`;

const usual = { rounds: '3', events: '50000', 'per-row': '2', rate: '500', seconds: '10' } as const;

/** Reads the command line; throws {@link UsageError}. */
export function projectionOptionsOf(args: readonly string[]): ProjectionOptions {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    ...{ rounds: text, events: text, 'per-row': text, rate: text, seconds: text, history: text },
    ...{ out: text, json: flag, help: flag },
  };
  const told = parsed(() => parseArgs({ args: [...args], options }).values);
  const one = (option: keyof typeof usual): number =>
    numbersOf(option, told[option] ?? usual[option], false)[0] ?? 1;
  const { history } = told;
  return {
    ...{ rounds: one('rounds'), events: one('events'), perRow: one('per-row') },
    ...{ ratePerSecond: one('rate'), seconds: one('seconds') },
    history: history === undefined ? 0 : (numbersOf('history', history, false)[0] ?? 0),
    ...(told.out === undefined ? {} : { out: told.out }),
    ...{ json: told.json, help: told.help },
  };
}
