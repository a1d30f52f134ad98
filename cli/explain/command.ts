import { Command } from 'commander';
import { CommandFailed, exitCodes } from '../sagas/failure';
import { json, standardOutput as out } from '../sagas/print';
import { askedIn } from './asked';
import { nearest } from './nearest';
import { areas, told, toldCodes } from './table';
import type { ToldCode } from './table';

const help = `
Asks nobody: the pages are part of the command. docs/errors.md has all of them. A message may be pasted as it was
printed; small letters will do.

Exit codes: 0 done, 1 there is no such code, 2 wrong usage.

Examples:
  holdfast explain KEYS_UNAVAILABLE
  holdfast explain step_fenced too_late
  holdfast explain "PORT_TAKEN kafka: port 17010 is taken by another program"
  holdfast explain --list
  holdfast explain --list --json | jq -r '.codes[].code'
`;

interface ExplainOptions {
  readonly list: boolean;
  readonly json: boolean;
}

/** `holdfast explain`: what a code means, and what to do. */
export function explainCommand(): Command {
  return new Command('explain')
    .argument('[codes...]', 'one or several, or a message that begins with one')
    .option('--list', 'every code there is, by area', false)
    .option('--json', 'one JSON object on standard output', false)
    .addHelpText('after', help)
    .exitOverride()
    .action((words: string[], options: ExplainOptions) => {
      if (options.list) list(options);
      else explain(words, options);
    });
}

function list({ json: asJson }: ExplainOptions): void {
  if (asJson) return json(out, { codes: [...toldCodes.values()] });
  const lines = areas.flatMap(({ title, pages }) => [
    ...[title, ...Object.keys(pages).map((code) => `  ${code}`), ''],
  ]);
  out.write(`${lines.join('\n')}\n`);
}

function explain(words: readonly string[], { json: asJson }: ExplainOptions): void {
  const { codes, saga } = askedIn(words, (code) => toldCodes.has(code));
  if (saga !== undefined)
    throw unknown(`${saga} is a saga, and no code`, `holdfast sagas explain ${saga}`);
  if (codes.length === 0) {
    const fix = 'name a code, or list all of them with --list';
    throw new CommandFailed('USAGE', 'no code was named', exitCodes.usage, fix);
  }
  const found = codes.flatMap((code) => told(code) ?? []);
  if (asJson) json(out, { codes: found });
  else out.write(found.map(pageOf).join('\n'));
  const strange = codes.filter((code) => told(code) === undefined);
  if (strange.length > 0) throw strangers(strange);
}

function pageOf({ code, status, title, means, next, docs }: ToldCode): string {
  const lines = [
    code,
    ...(status === undefined ? [] : [`  HTTP ${status}: ${title}`]),
    `  ${means}`,
    `  next: ${next}`,
    ...(docs === undefined ? [] : [`  more: ${docs}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function strangers(codes: readonly string[]): CommandFailed {
  const near = codes.flatMap((code) => nearest(code, toldCodes.keys()));
  const are = codes.length === 1 ? 'is no code' : 'are no codes';
  const listed = 'holdfast explain --list shows all codes';
  const fix = near.length === 0 ? listed : `did you mean ${near.join(', ')}? ${listed}`;
  return unknown(`${codes.join(', ')} ${are} of this release`, fix);
}

const unknown = (message: string, fix: string): CommandFailed =>
  new CommandFailed('CODE_UNKNOWN', message, exitCodes.failed, fix);
