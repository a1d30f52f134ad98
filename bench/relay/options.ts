import { parseArgs } from 'node:util';
import { namesOf, numbersOf, parsed } from '../words';
import { relayStores } from './outbox';
import type { RelayStore } from './outbox';

/** What is run, and how it is told. */
export interface RelayOptions {
  readonly rounds: number;
  readonly events: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  /** Events that are in each database and in the log before anything is measured. */
  readonly history: number;
  readonly stores: readonly RelayStore[];
  readonly out?: string;
  readonly json: boolean;
  readonly help: boolean;
}

const stores = Object.keys(relayStores) as RelayStore[];

export const relayUsage = `npm run bench -- relay [options]

Starts the databases, Kafka and a key store on free ports, and lets one process relay the outbox of each database to
Kafka, as a service's own process does: first as fast as it goes, from an outbox that was filled before, then beside
steady commits. Events are real ones: written in the transaction of a step, sealed, over mutual TLS.

  --rounds <n>           5 unless told
  --events <n>           that wait before a relay begins; 20000 unless told
  --rate <n>             commits a second afterwards; 500 unless told
  --seconds <n>          of commits; 10 unless told
  --history <n>          events relayed before, for what grows with a history; none unless told
  --only <store,...>     all unless told: ${stores.join(', ')}
  --out <folder>         writes report.md and report.json there
  --json                 the report as JSON on standard output, in place of the table
  --help                 this text

Exit codes: 0 measured, 2 wrong usage, or servers or relays that did not do their work, 130 interrupted
`;

/** Reads the command line; throws {@link UsageError}. */
export function relayOptionsOf(args: readonly string[]): RelayOptions {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    ...{ rounds: text, events: text, rate: text, seconds: text, only: text, out: text },
    history: text,
    ...{ json: flag, help: flag },
  };
  const told = parsed(() => parseArgs({ args: [...args], options }).values);
  const one = (option: 'rounds' | 'events' | 'rate' | 'seconds' | 'history', usual: string) =>
    numbersOf(option, told[option] ?? usual, false)[0] ?? 1;
  return {
    ...{ rounds: one('rounds', '5'), events: one('events', '20000') },
    ...{ ratePerSecond: one('rate', '500'), seconds: one('seconds', '10') },
    history: told.history === undefined ? 0 : one('history', ''),
    stores: storesOf(told.only),
    ...(told.out === undefined ? {} : { out: told.out }),
    ...{ json: told.json, help: told.help },
  };
}

function storesOf(only: string | undefined): readonly RelayStore[] {
  const wanted = only === undefined ? stores : namesOf(only, stores, 'store');
  return stores.filter((name) => wanted.includes(name));
}
