import { Argument, Command } from 'commander';
import { withExitCode } from '../command-error';
import { openLog } from '../process-access';
import { wholeNumber } from '../whole-number';
import { readAsOf } from '../../platform/event-log/history/as-of';
import type { AsOf } from '../../platform/event-log/history/as-of';
import { cutText } from '../../platform/event-log/history/cut';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { eventTopic } from '../../platform/event-log/topics';
import { demandTables } from '../../platform/outbox/tables-version';
import { projections } from '../../projections';
import { foldCodeOf } from '../../projections/fold-code';
import type { Config } from '../../platform/runtime/config';
import { noKeys, withKeys } from '../../platform/host/sealed-store';
import { openReadModelStore } from '../../projections/store';
import type { ReadModelStore } from '../../projections/store';
import { readModelConfig, readModelStep } from '../read-models';

/** Exit codes of `holdfast query`, the same for good. */
export const queryExitCodes = { found: 0, absent: 1, usage: 2, undecided: 3 } as const;

const help = `
Shows a read model as a rebuild would have made it that stopped there. Nothing live is read or changed.

--as-of takes
  a time, RFC 3339   each partition is cut before its first record that reached the log later. It is what a read model
                     could have known by then, and not what had happened by then: ce_time is another clock.
  places             <topic>/<partition>@<offset>,… the last record of each that is in; partitions that are not named
                     are cut where the log ends. A query prints its cut in this form, to be asked for again.
  now                where the log ends

The nearest snapshot before the cut is gone on from, and others are put by on the way, every 100,000 records: run it now
and then with --as-of now, and looks into the past are short. --no-snapshots folds from the first record.

What people did about dead letters is not in the log and not in the answer.

Exit codes: 0 done, 1 there was no row of the key, 2 wrong usage, 3 not done: log or database away,
or the log not whole.

Examples:
  holdfast query order-status --as-of 2026-11-26T20:00:00Z --key o-1
  holdfast query customer-orders --as-of service-events.orders/0@41 --json
`;

interface CommandOptions {
  readonly asOf: string;
  readonly key?: string;
  readonly limit: number;
  readonly snapshots: boolean;
  readonly state: string;
  readonly json: boolean;
}

/** `holdfast query <projection> --as-of …`: a read model as it was. */
export function queryCommand(): Command {
  const names = projections.map(({ name }) => name);
  return new Command('query')
    .addArgument(new Argument('<projection>', 'the read model').choices(names))
    .requiredOption('--as-of <when>', 'a time, places in the log, or now')
    .option('--key <key>', 'one row alone')
    .option('--limit <rows>', 'rows shown, by key', count, 100)
    .option('--no-snapshots', 'fold the log from its first record')
    .option('--state <folder>', 'stack to speak to where the environment names none', '.holdfast')
    .option('--json', 'one JSON object on standard output', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(query);
}

const count = wholeNumber(10_000_000);

async function query(name: string, options: CommandOptions): Promise<void> {
  const config = readModelConfig(options.state);
  const store = await openModels(config, options);
  try {
    if (options.snapshots) await demandTables(store.tablesOf(projections));
    const found = await look(name, { config, store, options });
    print(name, found, options);
  } catch (error) {
    throw undecided(error);
  } finally {
    await store.close();
  }
}

/** Snapshots are sealed; whoever looks without them needs no more keys than those of the log. */
async function openModels(config: Config, { snapshots }: CommandOptions): Promise<ReadModelStore> {
  if (!snapshots) return openReadModelStore(config, noKeys);
  return withKeys({ config }, (keys) => openReadModelStore(config, keys)).catch((error) => {
    throw undecided(error);
  });
}

interface Parts {
  readonly config: ReturnType<typeof readModelConfig>;
  readonly store: ReadModelStore;
  readonly options: CommandOptions;
}

async function look(name: string, { config, store, options }: Parts): Promise<AsOf> {
  const projection = projections.find((one) => one.name === name);
  if (projection === undefined) throw new RangeError(`there is no read model ${name}`);
  const eventLog = openLog(config, 'query');
  try {
    return await readAsOf({
      ...{ projection, eventLog, asOf: options.asOf, schemas: loadSchemas() },
      fold: foldCodeOf(projection),
      topics: projection.services.map((service) => eventTopic(service, config.HOLDFAST_INSTANCE)),
      groupPrefix: 'projector-query',
      ...(options.snapshots ? { snapshots: store.snapshots } : {}),
    });
  } finally {
    await eventLog.close();
  }
}

function print(name: string, found: AsOf, { key, limit, json }: CommandOptions): void {
  const { cut, rows, parked, records, skipped } = found;
  const keys = key === undefined ? [...rows.keys()].sort() : rows.has(key) ? [key] : [];
  const shown = keys.slice(0, limit).map((one) => ({ key: one, ...rows.get(one) }));
  const at = cutText(cut);
  if (json) {
    const whole = { projection: name, cut: at, records, skipped, total: keys.length, parked };
    process.stdout.write(`${JSON.stringify({ ...whole, rows: shown })}\n`);
  } else {
    for (const { key: one, row } of shown) {
      process.stdout.write(`${one} ${JSON.stringify(row)}\n`);
    }
  }
  const from = skipped === 0 ? '' : ` on top of a snapshot of ${skipped}`;
  const left = keys.length > shown.length ? `, ${shown.length} of them shown` : '';
  process.stderr.write(
    `${name}: ${keys.length} rows${left}; ${records} records folded${from}; as of ${at || 'the first record'}\n`,
  );
  for (const { aggregateId, seq } of parked) {
    process.stderr.write(`  ${aggregateId} waits at number ${seq}: the fold cannot apply it\n`);
  }
  if (key !== undefined && shown.length === 0) process.exitCode = queryExitCodes.absent;
}

/** Whatever was thrown has shown nothing. */
function undecided(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code = '' } = error as { code?: string };
  const fix = readModelStep(code);
  const exitCode = code === 'AS_OF_INVALID' ? queryExitCodes.usage : queryExitCodes.undecided;
  return withExitCode(error, exitCode, fix);
}
