import { setTimeout as delay } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { processOf } from '../../up/instances';
import { CommandError } from '../../command-error';
import { inOrder } from '../../../platform/kernel/in-order';
import { wholeNumber } from '../../whole-number';
import { logNames, openLogFile } from './files';
import { asJson, asText, isWanted, levels, lineReader } from './lines';
import type { Level, LogLine } from './lines';

const help = `
Shows what the processes of a stack have written, all together in the order of time. It reads the files in its state
folder and asks nobody: the stack need not run. Without names it shows our own processes; a server is shown when it is
named, behind the others where its words say no time.

Exit codes: 0 shown, 1 there are no such logs, 2 wrong usage.

Examples:
  holdfast logs
  holdfast logs gateway payments --level warn
  holdfast logs --saga place-order:5f1c… --lines 500
  holdfast logs --follow --json | jq -r .msg
  holdfast logs kafka
`;

interface LogsOptions {
  readonly state: string;
  readonly follow: boolean;
  readonly lines: number;
  readonly level: Level;
  readonly saga?: string;
  readonly json: boolean;
}

/** How often files are looked at while they are followed, milliseconds. */
const followEveryMs = 250;

/** `holdfast logs`: what the processes of a stack have written. */
export function logsCommand(): Command {
  return new Command('logs')
    .argument('[process...]', 'whose logs; all of our own processes unless told')
    .option('--follow', 'go on with what is written from now on, until Ctrl-C', false)
    .option('--lines <n>', 'of what there is, the last so many', wholeNumber(), 50)
    .addOption(new Option('--level <level>', 'this and worse').choices([...levels]).default('info'))
    .option('--saga <id>', 'only what was written for this saga: workflow id or saga id')
    .option('--state <folder>', 'of the stack', '.holdfast')
    .option('--json', 'print one JSON object a line', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(logs);
}

/** Names whose logs are shown. Throws LOGS_UNKNOWN, naming those there are. */
export function chosenLogs(stateDir: string, asked: readonly string[]): readonly string[] {
  const there = logNames(stateDir);
  const missing = asked.find((name) => !there.includes(name));
  if (there.length > 0 && missing === undefined) {
    return asked.length > 0 ? asked : there.filter((name) => processOf(name) !== undefined);
  }
  throw new CommandError({
    code: 'LOGS_UNKNOWN',
    cause: there.length === 0 ? `there are no logs in ${stateDir}` : `${missing} has no log there`,
    fix:
      there.length === 0
        ? 'start a stack with npm start, or name its folder with --state'
        : `there are: ${there.join(', ')}`,
  });
}

async function logs(asked: readonly string[], options: LogsOptions): Promise<void> {
  const { state, follow, lines, json, level, saga } = options;
  const isSearch = saga !== undefined || level !== 'info';
  const files = chosenLogs(state, asked).map((name) => {
    const [file, read] = [openLogFile(state, name, isSearch), lineReader(name)];
    return (): readonly LogLine[] =>
      file
        .next()
        .map(read)
        .filter((line) => isWanted(line, { level, saga }));
  });
  const write = (found: readonly LogLine[]): void =>
    found.forEach((line) => process.stdout.write(`${json ? asJson(line) : asText(line)}\n`));
  const ended = new AbortController();
  // Before the first line is written: whoever has seen it may have seen enough.
  if (follow) process.once('SIGINT', () => ended.abort()).once('SIGTERM', () => ended.abort());
  lastOf(
    files.map((read) => read()),
    lines,
  ).forEach(write);
  if (!follow) return;
  process.stderr.write('new lines as they come; Ctrl-C ends\n');
  while (!ended.signal.aborted) {
    await delay(followEveryMs, undefined, { signal: ended.signal }).catch(() => undefined);
    write(inOrder(files.flatMap((read) => read())));
  }
}

/** The last so many of all that say a time, in its order; then those of each server that says none, as they stand. */
export function lastOf(
  files: readonly (readonly LogLine[])[],
  count: number,
): readonly (readonly LogLine[])[] {
  const isTimed = (lines: readonly LogLine[]): boolean => lines.some(({ time }) => time !== '');
  const untimed = files.filter((lines) => !isTimed(lines));
  return [inOrder(files.filter(isTimed).flat()), ...untimed].map((lines) => lines.slice(-count));
}
