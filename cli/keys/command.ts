import { Command } from 'commander';
import { CommandFailed, exitCodes } from '../sagas/failure';
import { json, standardOutput as out, table } from '../sagas/print';
import { withKeyStore } from './ask';
import type { Body, KeyStoreOptions } from './ask';
import { usesOf } from './uses';

const help = `
Speaks to the key store as "admin", by that certificate: with HOLDFAST_NAME and the other variables set as that process,
otherwise to the stack in --state. The key store writes down who changed what, and why.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 there is no such purpose or key, 4 refused.

Examples:
  holdfast keys status
  holdfast keys rotate store.orders --reason "yearly"
  holdfast keys rotate --kek --reason "the file was copied"
  holdfast keys retire store.orders 3kTq9XbLw2aZ --reason "nothing is sealed with it any more"
`;

/** `holdfast keys`: what keys there are, and new ones. */
export function keysCommand(): Command {
  const command = new Command('keys')
    .description('Show the keys of stored data, make new ones, and give old ones out no more.')
    .addHelpText('after', help)
    .exitOverride();
  for (const each of [statusCommand(), rotateCommand(), retireCommand()]) {
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

function statusCommand(): Command {
  return new Command('status')
    .description('Purposes and their keys: age, messages, and the key they are wrapped with.')
    .action((options: KeyStoreOptions) =>
      withKeyStore(options, async (ask) => {
        const status = await ask('GET', '/status');
        if (options.json) return json(out, status);
        const heading = ['PURPOSE', 'KEY', 'STATE', 'CREATED', 'MESSAGES', 'WRAPPED WITH'];
        table(out, heading, (status.keys as Body[]).map(lineOf));
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
      const uses = await usesOf(purpose, key);
      if (uses === undefined) {
        const message = `nobody can count what is sealed with ${key} of ${purpose} yet`;
        throw new CommandFailed(
          'USES_UNKNOWN',
          message,
          exitCodes.refused,
          'leave the key as it is',
        );
      }
      if (uses > 0) {
        const message = `${uses} stored values are sealed with ${key}`;
        throw new CommandFailed('KEY_IN_USE', message, exitCodes.refused, 'write them anew first');
      }
      await withKeyStore(options, async (ask) => {
        const path = `/purposes/${encodeURIComponent(purpose)}/keys/${encodeURIComponent(key)}/retire`;
        const body = await ask('POST', path, { reason: options.reason });
        if (options.json) json(out, body);
        else process.stderr.write(`${key} is retired\n`);
      });
    });
}
