import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { documentedLines, treatmentOf, treatments } from '../support/documented-lines';
import type { DocumentedLine, Treatment } from '../support/documented-lines';
import { inBatches } from '../support/in-batches';
import { startStack } from '../support/started-stack';
import type { StartedStack } from '../support/started-stack';

const lines = documentedLines();
/** Where somebody stands who gives the commands: the state is in `.holdfast` of that folder, as documented. */
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-documented-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly exitCode: number | null;
  /** Standard output, and both streams as they came. */
  readonly out: string;
  readonly said: string;
}

const program = path.join(projectRoot, 'dist', 'cli', 'holdfast.js');
/** What goes on for longer is not answered any more, milliseconds. */
const answerMsMax = 180_000;

/** Gives a line to a shell in which `holdfast` is the program of this tree. */
function give(text: string, { isEndless = false, says = /^/ } = {}): Promise<Ended> {
  const named = /(^|&& )(?:npx |npm run )?holdfast(?: --(?= ))?/g;
  const command = text.replaceAll(named, '$1holdfast_here');
  // The shell outlives Ctrl-C, and says what its command ended with.
  const shell = `trap : INT\nholdfast_here() { node '${program}' "$@"; }\n${command}`;
  // A group of its own, so that Ctrl-C reaches whoever is at work in it.
  const child = spawn('sh', ['-c', shell], { cwd: folder, detached: true });
  const signal = (name: 'SIGINT' | 'SIGKILL'): void => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, name);
  };
  const late = setTimeout(() => signal('SIGKILL'), answerMsMax);
  let [out, said, isEnough] = ['', '', !isEndless];
  const hear = (data: Buffer): void => {
    said += String(data);
    if (isEnough || !says.test(said)) return;
    isEnough = true;
    signal('SIGINT');
  };
  child.stdout.on('data', (data: Buffer) => {
    out += String(data);
    hear(data);
  });
  child.stderr.on('data', hear);
  return new Promise((resolve) =>
    child.once('close', (exitCode) => {
      clearTimeout(late);
      resolve({ exitCode, out, said });
    }),
  );
}

type Fill = (text: string) => string;

/** What the documents leave to the reader, as it is on this stack. */
async function filledIn(stack: StartedStack): Promise<Fill> {
  const listed = await give('holdfast sagas list --state compensated --json');
  const { sagas } = JSON.parse(listed.out) as { sagas: readonly { id: string }[] };
  const id = sagas[0]?.id ?? `no saga: ${stack.heard()}`;
  const status = await give('holdfast keys status');
  const key = /store\.orders\s+(\S+)/.exec(status.out)?.[1] ?? status.said;
  return (text) =>
    text
      .replace('place-order:5f1c…', id)
      .replace('<id>', id)
      .replace('<key>', key)
      .replace('<subject>', 'nobody-of-this-name');
}

const certificates = 'docs/certificates.md';
const files = [...new Set(lines.map(({ file }) => file))].filter((file) => file !== certificates);

/** What a line did that it should not; nothing where it is not run here. */
async function problemsOf({ file, text }: DocumentedLine, fill: Fill): Promise<readonly string[]> {
  const treatment = treatmentOf(text);
  if (treatment.is !== 'run') return [];
  const { exitCode = 0, says = /^/, timesMax = 1 } = treatment;
  let ended = await give(fill(text), treatment);
  for (let times = 1; times < timesMax && ended.said.includes('again: holdfast'); times += 1)
    ended = await give(fill(text), treatment);
  if (ended.exitCode === exitCode && says.test(ended.said)) return [];
  return [`${file}: ${text}\n  ended with ${ended.exitCode}: ${ended.said.slice(-600)}`];
}

/** Each document in its order, two at a time; certificates last: where one is replaced, whoever speaks asks again. */
async function problemsOfAll(fill: Fill): Promise<readonly string[]> {
  const problems: string[] = [];
  const page = async (of: string): Promise<void> => {
    for (const line of lines.filter(({ file }) => file === of))
      problems.push(...(await problemsOf(line, fill)));
  };
  await inBatches(files, 2, page);
  await page(certificates);
  return problems;
}

it('every command of the documents does beside the stack of npm start what they say', async () => {
  const state = path.join(folder, '.holdfast');
  const stack = await startStack(projectRoot, { options: ['--state', state] });
  try {
    const problems = await problemsOfAll(await filledIn(stack));
    expect(problems.join('\n')).toBe('');
  } finally {
    await stack.stop();
  }
}, 900_000);

const { scripts } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** The commands behind a script of package.json, as words; the last one has what somebody gives with it. */
function commandsOf(text: string): readonly (readonly string[])[] {
  const [, name = '', more = ''] = /npm run (\S+)(?: -- (.*))?/.exec(text) ?? [];
  const commands = `${scripts[name] ?? ''} ${more}`.split('&& ');
  return commands
    .filter((command) => !command.includes('--prepare'))
    .flatMap((command) =>
      command.startsWith('npm run ') ? commandsOf(command) : [command.split(' ').filter(Boolean)],
    );
}

const everyTest = readdirSync(path.join(projectRoot, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file}`)
  .filter((file) => file.endsWith('.test.ts'));

const optionsOf = (words: readonly string[]): readonly string[] =>
  words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] ?? word);

/** The program, its sub-commands and what makes it say how it is used, and the options it is given. */
function helpOf(words: readonly string[]) {
  const bootstrap = words.indexOf('cli/bootstrap.js');
  const own = words.findIndex((word) => word.startsWith('dist/'));
  const behind = words.slice(Math.max(bootstrap, own) + 1);
  const entry = bootstrap < 0 ? (words[own] ?? '') : 'dist/cli/holdfast.js';
  const firstOption = behind.findIndex((word) => !/^[a-z]/.test(word));
  const subjects = firstOption < 0 ? behind : behind.slice(0, firstOption);
  return { asked: [entry, ...subjects, '--help'], options: optionsOf(behind) };
}

/** What is wrong with a script that is too long for a test: the tests it names are there, or its program helps. */
async function problemsOfCommand(words: readonly string[]): Promise<readonly string[]> {
  if (words.includes('--jest') || words.includes('jest')) {
    const patterns = words.filter((word) => /^(?:test|unit)\//.test(word));
    const isThere = (pattern: string) => everyTest.some((test) => test.includes(pattern));
    return patterns.filter((pattern) => !isThere(pattern)).map((pattern) => `no ${pattern}`);
  }
  const { asked, options } = helpOf(words);
  const child = spawn(process.execPath, asked, { cwd: projectRoot });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += String(data)));
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  const unknown = options.filter((option) => !said.includes(option));
  if (exitCode === 0 && said.length > 100 && unknown.length === 0) return [];
  return [`${asked.join(' ')}: ${unknown.join(' ')} ${String(exitCode)} ${said.slice(-300)}`];
}

it('every program of tests and measurements that the documents name says how it is used', async () => {
  const helped = lines.filter(({ text }) => treatmentOf(text).is === 'helped');
  expect(helped.length).toBeGreaterThan(20);
  const problems: string[] = [];
  for (const { file, text } of helped) {
    for (const words of commandsOf(text)) {
      const found = await problemsOfCommand(words);
      problems.push(...found.map((problem) => `${file}: ${text}: ${problem}`));
    }
  }
  expect(problems.join('\n')).toBe('');
}, 300_000);

it.each(treatments)(
  '%s is what becomes of some line, and what it says stands where it says',
  (_pattern, treatment) => {
    expect(lines.some(({ text }) => treatmentOf(text) === treatment)).toBe(true);
    const { file, by } = treatment as Partial<Extract<Treatment, { is: 'elsewhere' }>>;
    if (file === undefined) return;
    expect(existsSync(path.join(projectRoot, file))).toBe(true);
    expect(readFileSync(path.join(projectRoot, file), 'utf8')).toContain(by);
  },
);
