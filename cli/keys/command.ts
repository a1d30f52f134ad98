import { Command } from 'commander';
import { keyringLimits } from '../../platform/security/keys/keyring';
import { CommandFailed, exitCodes } from '../sagas/failure';
import { json, standardOutput as out, table } from '../sagas/print';
import { withKeyStore } from './ask';
import type { Body, KeyStoreOptions } from './ask';
import { resealCommand, unknownUses } from './reseal';
import { contentOf } from './uses';

const help = `
Speaks to the key store as "admin", by that certificate: with HOLDFAST_NAME and the other variables set as that process,
otherwise to the stack in --state. The key store writes down who changed what, and why.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 there is no such purpose or key, 4 refused.

Examples:
  holdfast keys status
  holdfast keys rotate store.orders --reason "yearly"
  holdfast keys rotate --kek --reason "the file was copied"
  holdfast keys reseal store.orders
  holdfast keys retire store.orders 3kTq9XbLw2aZ --reason "nothing is sealed with it any more"
  holdfast keys retire --reason "unused" -- store.orders -Tq9XbLw2aZk
`;

/** `holdfast keys`: what keys there are, and new ones. */
export function keysCommand(): Command {
  const command = new Command('keys').addHelpText('after', help).exitOverride();
  for (const each of [statusCommand(), rotateCommand(), resealCommand(), retireCommand()]) {
    command.addCommand(keyStoreOptions(each));
  }
  return command;
}

/** Options of every command that speaks to the key store. */
export function keyStoreOptions(command: Command): Command {
  return command
    .option('--state <folder>', 'stack to speak to where the environment names none', '.holdfast')
    .option('--json', 'one JSON object on standard output', false)
    .exitOverride();
}

interface StatusOptions extends KeyStoreOptions {
  readonly rows: boolean;
}

/** Rows of each key, `-` where nobody can say. */
async function rowsOf(keys: readonly Body[], state: string): Promise<readonly (number | '-')[]> {
  const purposes = new Set(keys.map(({ purpose }) => String(purpose)));
  const counts = new Map<string, ReadonlyMap<string, number>>();
  for (const purpose of purposes) {
    const content = contentOf(purpose, state);
    if (content !== undefined) counts.set(purpose, await content.count());
  }
  return keys.map(({ purpose, id }) => {
    const found = counts.get(String(purpose));
    return found === undefined ? '-' : (found.get(String(id)) ?? 0);
  });
}

function statusCommand(): Command {
  return new Command('status')
    .description('Purposes and their keys: age, messages, and the key they are wrapped with.')
    .option('--rows', 'count the rows that are sealed with each key; reads whole tables', false)
    .action((options: StatusOptions) =>
      withKeyStore(options, async (ask) => {
        const status = await ask('GET', '/status');
        const keys = status.keys as Body[];
        const rows = options.rows ? await rowsOf(keys, options.state) : [];
        if (options.json) {
          return json(out, {
            ...status,
            keys: keys.map((key, at) => ({ ...key, rows: rows[at] })),
          });
        }
        const heading = ['PURPOSE', 'KEY', 'STATE', 'CREATED', 'MESSAGES', 'WRAPPED WITH'];
        const lines = keys.map((key, at) => [...lineOf(key), ...(options.rows ? [rows[at]] : [])]);
        table(out, [...heading, ...(options.rows ? ['ROWS'] : [])], lines);
        const { subjects, forgotten, kek } = status;
        process.stderr.write(
          `${String(subjects)} subjects, ${String(forgotten)} forgotten; ${String(kek)} wraps\n`,
        );
      }),
    );
}

function lineOf({ purpose, id, state, isCurrent, createdAt, messages, kek }: Body): unknown[] {
  return [purpose, id, isCurrent === true ? 'current' : state, createdAt, messages, kek];
}

interface RotateOptions extends KeyStoreOptions {
  readonly kek: boolean;
  readonly reason: string;
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('A new key for a purpose; or with --kek, wrap every key with the next one.')
    .argument('[purpose]', 'for example store.orders')
    .option('--kek', 'the key-encryption key: keys are wrapped anew, data stay as they are', false)
    .requiredOption('--reason <text>', 'why; kept in the log of the key store')
    .action((purpose: string | undefined, options: RotateOptions) => {
      const { kek, reason } = options;
      if ((purpose === undefined) !== kek) {
        const fix = 'give either a purpose or --kek';
        throw new CommandFailed('USAGE', 'what is rotated is missing', exitCodes.usage, fix);
      }
      return withKeyStore(options, async (ask) => {
        const path = kek ? '/kek/rotate' : `/purposes/${encodeURIComponent(purpose ?? '')}/rotate`;
        const body = await ask('POST', path, { reason });
        if (options.json) return json(out, body);
        const told = kek
          ? `${String(body.kek)} wraps; ${String(body.rewrapped)} keys were wrapped anew`
          : `${String(body.id)} seals ${String(body.purpose)}; processes know it within a minute`;
        process.stderr.write(`${told}\n`);
      });
    });
}

interface RetireOptions extends KeyStoreOptions {
  readonly reason: string;
}

function retireCommand(): Command {
  return new Command('retire')
    .description('Give a key out no more. Refused while a stored value is sealed with it.')
    .argument('<purpose>')
    .argument('<key>')
    .requiredOption('--reason <text>', 'why; kept in the log of the key store')
    .action(async (purpose: string, key: string, options: RetireOptions) => {
      const content = contentOf(purpose, options.state);
      if (content === undefined || content.uncounted)
        throw unknownUses(purpose, content?.uncounted);
      await withKeyStore(options, async (ask) => {
        const status = await ask('GET', '/status');
        expectUnused(status.keys as Body[], purpose, key);
        const uses = (await content.count()).get(key) ?? 0;
        if (uses > 0) {
          const message = `${uses} rows are sealed with ${key}`;
          throw inUse(message, `holdfast keys reseal ${purpose}`);
        }
        const path = `/purposes/${encodeURIComponent(purpose)}/keys/${encodeURIComponent(key)}/retire`;
        const body = await ask('POST', path, { reason: options.reason });
        if (options.json) json(out, body);
        else process.stderr.write(`${key} is retired\n`);
      });
    });
}

/** A process that cannot reach the key store seals with the key it knows for so long. */
function expectUnused(keys: readonly Body[], purpose: string, key: string): void {
  const own = keys.filter((one) => one.purpose === purpose);
  const seals = own.find(({ isCurrent }) => isCurrent === true);
  // Of a key that there is not, the key store says so.
  const isKnown = own.some(({ id }) => id === key);
  if (!isKnown || seals === undefined || seals.id === key) return;
  const untilMs = Date.parse(String(seals.createdAt)) + keyringLimits.unconfirmedMsMax;
  if (Date.now() >= untilMs) return;
  const until = new Date(untilMs).toISOString();
  throw inUse(
    `processes may still seal with ${key}`,
    `wait until ${until}, then reseal and retire`,
  );
}

const inUse = (message: string, fix: string): CommandFailed =>
  new CommandFailed('KEY_IN_USE', message, exitCodes.refused, fix);
