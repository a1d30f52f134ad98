import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ProfileError, profileOf } from './inspector';
import { summaryOf } from './summary';
import type { Share, ThreadSummary } from './summary';

const usage = `npm run profile -- --pid <pid> [options]

Says where the CPU time of a running Node process goes, for each of its JavaScript threads: by file of this project or
package, and by function. The process goes on meanwhile. It listens on 127.0.0.1:9229 for as long.

  --pid <pid>        the process; \`npm start\` and the bench say them
  --seconds <n>      20 unless told, 600 at most
  --out <folder>     writes a .cpuprofile for each thread there, for the developer tools of a browser
  --json             the shares as JSON on standard output, in place of the tables
  --help             this text

Exit codes: 0 done, 2 wrong usage or a process that cannot be looked into
`;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function wholeNumber(text: string | undefined, what: string, max: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0 && value <= max) return value;
  throw new ProfileError(`${what} ${text ?? '(missing)'}: a whole number above 0 is expected`);
}

function parse() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = { pid: text, seconds: text, out: text, json: flag, help: flag };
    return parseArgs({ args: process.argv.slice(2), options }).values;
  } catch (error) {
    throw new ProfileError((error as Error).message);
  }
}

const rows = (shares: readonly Share[]): readonly string[] =>
  shares.map(([name, share]) => `${(share * 100).toFixed(1).padStart(6)} %  ${name}`);

function tables(thread: string, { busyMs, idleMs, whose, functions }: ThreadSummary): string {
  const share = ((busyMs / (busyMs + idleMs)) * 100).toFixed(0);
  return [
    `${thread}: busy ${busyMs.toFixed(0)} ms, ${share} % of the time`,
    ...['', '  whose', ...rows(whose)],
    ...['', '  functions', ...rows(functions), ''],
  ].join('\n');
}

async function run(): Promise<number> {
  const told = parse();
  if (told.help) {
    process.stdout.write(usage);
    return 0;
  }
  const pid = wholeNumber(told.pid, '--pid', 2 ** 31);
  const seconds = wholeNumber(told.seconds ?? '20', '--seconds', 600);
  const enough = new AbortController();
  process.on('SIGINT', () => enough.abort());
  say(`looking into process ${pid} for ${seconds} s …`);
  const profiles = await profileOf(pid, seconds, enough.signal);
  if (told.out !== undefined) {
    mkdirSync(told.out, { recursive: true });
    for (const { thread, profile } of profiles) {
      const file = path.join(told.out, `${thread.replaceAll(/\W+/g, '-')}.cpuprofile`);
      writeFileSync(file, JSON.stringify(profile));
    }
  }
  const summaries = profiles.map(({ thread, profile }) => [thread, summaryOf(profile)] as const);
  process.stdout.write(
    told.json
      ? `${JSON.stringify(Object.fromEntries(summaries))}\n`
      : `${summaries.map(([thread, summary]) => tables(thread, summary)).join('\n')}\n`,
  );
  return 0;
}

run().then(
  (code) => void (process.exitCode = code),
  (error: unknown) => {
    process.exitCode = 2;
    say(error instanceof ProfileError ? `${error.message}\n\n${usage}` : String(error));
  },
);
