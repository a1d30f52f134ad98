import { Argument, Command, Option } from 'commander';
import { parseConfig } from '../../platform/runtime/config';
import type { Config } from '../../platform/runtime/config';
import { recallEnvironment } from '../../stack/recall';
import { CommandError } from '../command-error';
import { lineOf, migrateStore } from './migrate';
import type { Phase, StoreReport } from './migrate';
import { ownedStores } from './stores';
import type { OwnedStore } from './stores';

interface MigrateOptions {
  readonly check: boolean;
  readonly contract?: boolean;
  readonly json: boolean;
  readonly state: string;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** `holdfast migrate`: tables of every store, expanded before new code starts and contracted when the old is gone. */
export function migrateCommand(): Command {
  const names = ownedStores.map(({ name }) => name);
  return new Command('migrate')
    .addArgument(new Argument('[stores...]', 'only these').choices(names))
    .addOption(
      new Option('--check', 'change nothing; exit code 1 when tables and code do not fit')
        .conflicts('contract')
        .default(false),
    )
    .option('--contract', 'drop what only older code needed, once none of it runs any more')
    .option('--state <folder>', 'stack to speak to where the environment names none', '.holdfast')
    .option('--json', 'one JSON object on standard output', false)
    .addHelpText(
      'after',
      '\nWith HOLDFAST_NAME and the other variables of a process set, the store of that process alone.' +
        '\nExit codes: 0 done, 1 tables and code do not fit or a store failed, 2 wrong usage.' +
        '\n\nExample:\n  holdfast migrate --check --json\n',
    )
    .exitOverride()
    .action(migrate);
}

async function migrate(names: readonly string[], options: MigrateOptions): Promise<void> {
  const phase: Phase = options.check ? 'check' : options.contract ? 'contract' : 'expand';
  const stores = chosen(names, options.state);
  const tell = (report: StoreReport) => (options.json ? undefined : say(lineOf(report)));
  // Nothing is dropped anywhere unless every store is ready for it.
  const checked = phase === 'contract' ? await inEach(stores, 'check') : [];
  const reports = isFitting(checked) ? await inEach(stores, phase, tell) : checked;
  if (options.json) process.stdout.write(`${JSON.stringify({ phase, stores: reports })}\n`);
  if (isFitting(reports)) return;
  process.exitCode = 1;
  if (reports === checked) checked.forEach(tell);
  const outdated = reports.some(({ problem }) => problem === 'SCHEMA_OUTDATED');
  say(
    `  fix: ${outdated ? 'run holdfast migrate before the new code starts' : 'run the newer code'}`,
  );
}

function isFitting(reports: readonly StoreReport[]): boolean {
  return reports.every(({ problem }) => problem === undefined);
}

async function inEach(
  stores: ReturnType<typeof chosen>,
  phase: Phase,
  tell: (report: StoreReport) => void = () => undefined,
): Promise<readonly StoreReport[]> {
  const reports: StoreReport[] = [];
  for (const { store, config } of stores) {
    const report = await inStore(store, config, phase);
    reports.push(report);
    tell(report);
  }
  return reports;
}

async function inStore(store: OwnedStore, config: Config, phase: Phase): Promise<StoreReport> {
  const tables = store.open(config);
  try {
    return await migrateStore(store.name, tables, phase);
  } finally {
    await tables.close();
  }
}

/** The stores asked for, each with the configuration of the process that owns it. */
function chosen(names: readonly string[], state: string) {
  const wanted = ownedStores.filter(({ name }) => names.length === 0 || names.includes(name));
  const own = process.env.HOLDFAST_NAME;
  if (!own) {
    const environmentOf = recallEnvironment(state);
    return wanted.map((store) => ({ store, config: parseConfig(environmentOf(store.process)) }));
  }
  const owned = wanted.filter((store) => store.process === own);
  if (owned.length > 0) return owned.map((store) => ({ store, config: parseConfig(process.env) }));
  throw new CommandError({
    code: 'STORE_NOT_OWNED',
    cause: `${own} owns none of ${wanted.map(({ name }) => name).join(', ')}`,
    fix: 'run it with the environment of the process that owns the store, or unset HOLDFAST_NAME',
  });
}
