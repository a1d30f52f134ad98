import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { withGateway } from '../sagas/connect';
import type { Gateway } from '../sagas/connect';
import { CommandFailed, exitCodes } from '../sagas/failure';
import { json, standardOutput as out, table } from '../sagas/print';
import { letterPath, rows } from './look';

type Body = Record<string, unknown>;

interface ActOptions {
  readonly reason?: string;
  readonly dryRun: boolean;
  readonly key?: string;
}

function acting(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--reason <text>', 'why; kept with the act. A dry run needs none')
    .option('--dry-run', 'show what would change in the read model, and change nothing', false)
    .option('--key <key>', 'Idempotency-Key: the same again changes nothing');
}

function usage(message: string, fix: string): never {
  throw new CommandFailed('USAGE', message, exitCodes.usage, fix);
}

function requestOf({ reason, dryRun, key }: ActOptions, more: object = {}) {
  if (reason === undefined && !dryRun) usage('a reason is missing', 'give --reason, or --dry-run');
  const body = { ...(reason === undefined ? {} : { reason }), dryRun, ...more };
  return { body, ...(key === undefined ? {} : { idempotencyKey: key }) };
}

/** Each changed member on a line of its own. */
function printChanges(changes: unknown): void {
  const lines = rows(changes).flatMap(({ key, members }) =>
    rows(members).map(({ pointer, before, after }) => [key, pointer, before, after]),
  );
  table(out, ['ROW', 'MEMBER', 'BEFORE', 'AFTER'], lines);
}

function stillFailing(stopped: Body): CommandFailed {
  const { id, reason, detail } = stopped;
  const message = `letter ${String(id)} still fails: ${String(reason)}, ${String(detail)}`;
  const fix = `holdfast dead-letters show ${String(id)}; correct the code, or edit or discard it`;
  return new CommandFailed('STILL_FAILING', message, exitCodes.failed, fix);
}

function printReport(body: Body, asJson: boolean): void {
  if (asJson) json(out, body);
  else {
    printChanges(body.changes);
    const counts = `${String(body.applied)} applied, ${String(body.settled)} done with, ${String(body.left)} left`;
    process.stderr.write(`${body.dryRun === true ? 'dry run: ' : ''}${counts}\n`);
  }
  if (body.stopped !== undefined) throw stillFailing(body.stopped as Body);
}

async function retryGroup(gateway: Gateway, group: string, options: ActOptions, asJson: boolean) {
  const failures: Body[] = [];
  let after: string | undefined;
  do {
    // Each call is an act of its own: a key belongs to one of them.
    const key = options.key === undefined ? {} : { key: `${options.key}:${after ?? 'first'}` };
    const more = after === undefined ? {} : { after };
    const request = requestOf({ ...options, ...key }, more);
    const path = `/dead-letter-groups/${encodeURIComponent(group)}/retry`;
    const { body } = await gateway.ask(path, request);
    if (asJson) json(out, body);
    else if (options.dryRun) printChanges(body.changes);
    const counts = `${String(body.cleared)} of ${String(body.aggregates)} aggregates cleared`;
    process.stderr.write(`${options.dryRun ? 'dry run: ' : ''}${counts}\n`);
    failures.push(...rows(body.failures));
    after = typeof body.next === 'string' ? body.next : undefined;
  } while (after !== undefined);
  const [first] = failures;
  if (first !== undefined) throw stillFailing(first);
}

/** `holdfast dead-letters retry`: one aggregate, or every aggregate of a group. */
export function retryCommand(): Command {
  return acting('retry', 'Apply an aggregate’s waiting events again, in order.')
    .argument('[id]', 'any letter of the aggregate')
    .option('--group <group>', 'every aggregate that waits for this cause')
    .addHelpText(
      'after',
      '\nExample:\n  holdfast dead-letters retry 17 --reason "fixed in 1.4.2"\n',
    )
    .action(
      async (id: string | undefined, options: ActOptions & { group?: string }, self: Command) => {
        const { group } = options;
        if ((id === undefined) === (group === undefined)) {
          usage('one letter or one group is needed', 'give an id, or --group');
        }
        await withGateway(self, async (gateway, told) => {
          if (group !== undefined) return retryGroup(gateway, group, options, told.json);
          const { body } = await gateway.ask(letterPath(id ?? '', '/retry'), requestOf(options));
          printReport(body, told.json);
        });
      },
    );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('JSON is expected, for example \'{"orderId":"o-1"}\'.');
  }
}

function fileJson(file: string): unknown {
  return parsedJson(readFileSync(file, 'utf8'));
}

/** `holdfast dead-letters edit`. */
export function editCommand(): Command {
  return acting('edit', 'Put another payload in the place of a letter’s; retry it afterwards.')
    .argument('<id>')
    .option('--payload <json>', 'the whole new payload', parsedJson)
    .option('--file <file>', 'the same from a file', fileJson)
    .addHelpText(
      'after',
      '\nThe log keeps the event as it is. A dry run shows what a retry would give.\n' +
        '\nExample:\n  holdfast dead-letters edit 17 --file order.json --reason "ticket 4711"\n',
    )
    .action(
      async (
        id: string,
        options: ActOptions & { payload?: unknown; file?: unknown },
        self: Command,
      ) => {
        const { payload, file } = options;
        if ((payload === undefined) === (file === undefined)) {
          usage('a payload is missing', 'give either --payload or --file');
        }
        await withGateway(self, async (gateway, told) => {
          const request = requestOf(options, { payload: payload ?? file });
          const { body } = await gateway.ask(letterPath(id, '/edit'), request);
          printReport(body, told.json);
        });
      },
    );
}

/** `holdfast dead-letters discard`. */
export function discardCommand(): Command {
  return acting('discard', 'Pass the first letter of its aggregate by for good.')
    .argument('<id>')
    .addHelpText(
      'after',
      '\nWhat waits behind it is applied. Look at a dry run first.\n' +
        '\nExample:\n  holdfast dead-letters discard 17 --reason "a test of 3 May"\n',
    )
    .action((id: string, options: ActOptions, self: Command) =>
      withGateway(self, async (gateway, told) => {
        const { body } = await gateway.ask(letterPath(id, '/discard'), requestOf(options));
        printReport(body, told.json);
      }),
    );
}
