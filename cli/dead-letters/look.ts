import { Command } from 'commander';
import { withGateway } from '../sagas/connect';
import type { Gateway } from '../sagas/connect';
import { json, standardOutput as out, table } from '../sagas/print';

type Body = Record<string, unknown>;

/** The members of a list in an answer. */
export const rows = (value: unknown): Body[] => (Array.isArray(value) ? (value as Body[]) : []);

/** Path of a letter and what belongs to it. */
export function letterPath(id: string, below = ''): string {
  return `/dead-letters/${encodeURIComponent(id)}${below}`;
}

interface ListOptions {
  readonly letters?: boolean;
  readonly group?: string;
  readonly projection?: string;
  readonly aggregate?: string;
  readonly code?: string;
  readonly after?: string;
  readonly limit: string;
}

function queryOf(members: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(members).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

async function listGroups(gateway: Gateway, { projection }: ListOptions, asJson: boolean) {
  const { body } = await gateway.ask(`/dead-letter-groups${queryOf({ projection })}`);
  if (asJson) return json(out, body);
  const heading = ['GROUP', 'PROJECTION', 'LETTERS', 'AGGREGATES', 'REASON', 'CAUSE', 'SINCE'];
  const lines = rows(body.groups).map((one) => {
    const counts = [one.letters, one.aggregates];
    return [one.group, one.projection, ...counts, one.reason, one.cause, one.firstAt];
  });
  table(out, heading, lines);
}

async function listLetters(gateway: Gateway, options: ListOptions, asJson: boolean) {
  const { group, projection, aggregate, code: reason, after, limit } = options;
  const query = queryOf({ group, projection, aggregate, reason, after, limit });
  const { body } = await gateway.ask(`/dead-letters${query}`);
  if (asJson) return json(out, body);
  const heading = ['ID', 'PROJECTION', 'AGGREGATE', 'NUMBER', 'REASON', 'DETAIL', 'GROUP', 'SINCE'];
  const lines = rows(body.letters).map((one) => {
    const what = [one.id, one.projection, one.aggregateId, one.seq];
    return [...what, one.reason, one.detail, one.group, one.parkedAt];
  });
  table(out, heading, lines);
  if (typeof body.next === 'string') process.stderr.write(`more: --after ${body.next}\n`);
}

/** `holdfast dead-letters list`: groups, or single letters where one is asked for more closely. */
export function listCommand(): Command {
  return new Command('list')
    .description('Dead letters that wait, by cause; with a filter the letters themselves.')
    .option('--letters', 'the letters themselves, in order of arrival')
    .option('--group <group>', 'letters of this cause')
    .option('--projection <name>', 'of this projection')
    .option('--aggregate <id>', 'letters of this aggregate')
    .option('--code <reason>', 'letters with this reason, for example FOLD_FAILED')
    .option('--limit <count>', 'how many letters at most, 1 to 100', '20')
    .option('--after <id>', 'letters behind this one')
    .addHelpText('after', '\nExample:\n  holdfast dead-letters list --projection order-status\n')
    .action((options: ListOptions, self: Command) =>
      withGateway(self, (gateway, told) => {
        const { letters, group, aggregate, code, after } = options;
        const isClose = letters ?? group ?? aggregate ?? code ?? after;
        const list = isClose === undefined ? listGroups : listLetters;
        return list(gateway, options, told.json);
      }),
    );
}

function printLetter(body: Body): void {
  const lines = [
    ...['projection', 'aggregateId', 'seq', 'type', 'reason', 'detail', 'group', 'cause'],
    ...['topic', 'partition', 'offset', 'parkedAt', 'payload', 'edited', 'settled'],
  ].flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]]));
  table(out, ['MEMBER', 'VALUE'], lines);
  const queue = rows(body.queue).map(({ id, seq, reason, detail }) => [id, seq, reason, detail]);
  if (queue.length > 0) out.write('\nWaiting, in order:\n');
  table(out, ['ID', 'NUMBER', 'REASON', 'DETAIL'], queue);
  const acts = rows(body.acts).map((act) => {
    const counts = `${String(act.applied)} applied, ${String(act.left)} left`;
    return [act.at, act.verb, act.letterId, act.actor, act.reason, counts];
  });
  if (acts.length > 0) out.write('\nWho acted:\n');
  table(out, ['AT', 'VERB', 'LETTER', 'WHO', 'WHY', 'WHAT CAME OF IT'], acts);
}

/** `holdfast dead-letters show`. */
export function showCommand(): Command {
  return new Command('show')
    .description('One letter: the message, why it waits, what waits with it, who acted.')
    .argument('<id>')
    .addHelpText('after', '\nExample:\n  holdfast dead-letters show 17\n')
    .action((id: string, _options: unknown, self: Command) =>
      withGateway(self, async (gateway, told) => {
        const { body } = await gateway.ask(letterPath(id));
        if (told.json) json(out, body);
        else printLetter(body);
      }),
    );
}
