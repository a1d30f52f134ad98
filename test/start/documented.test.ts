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
  readonly said: string;
}

const program = path.join(projectRoot, 'dist', 'cli', 'holdfast.js');

/** Gives a line to a shell in which `holdfast` is the program of this tree. */
function give(text: string, { isEndless = false, says = /^/ } = {}): Promise<Ended> {
  const command = text.replaceAll(
    /(^|&& )(?:npx |npm run )?holdfast(?: --(?= ))?/g,
    `$1holdfast_here`,
  );
  // The shell outlives Ctrl-C, and says what its command ended with.
  const shell = `trap : INT\nholdfast_here() { node '${program}' "$@"; }\n${command}`;
  // A group of its own, so that Ctrl-C reaches whoever is at work in it.
  const child = spawn('sh', ['-c', shell], { cwd: folder, detached: true });
  let said = '';
  const hear = (data: Buffer): void => {
    said += String(data);
    if (isEndless && says.test(said)) process.kill(-(child.pid ?? 0), 'SIGINT');
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return new Promise((resolve) => child.once('close', (exitCode) => resolve({ exitCode, said })));
}

type Fill = (text: string) => string;

/** What the documents leave to the reader, as it is on this stack. */
async function filledIn(stack: StartedStack): Promise<Fill> {
  const listed = await give('holdfast sagas list --state compensated --json');
  const { sagas } = JSON.parse(listed.said) as { sagas: readonly { id: string }[] };
  const id = sagas[0]?.id ?? `no saga: ${stack.heard()}`;
  const status = await give('holdfast keys status');
  const key = /store\.orders\s+(\S+)/.exec(status.said)?.[1] ?? status.said;
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

/** The words behind a script of package.json that somebody gives with more of them: `dist/bench/main.js`, `relay`. */
function wordsOf(text: string): readonly string[] {
  const [, name = '', more = ''] = /npm run (\S+)(?: -- (.*))?/.exec(text) ?? [];
  const script = (scripts[name] ?? '').split('&& ').at(-1) ?? '';
  const words = `${script} ${more}`.split(' ').filter(Boolean);
  return script.startsWith('npm run ') ? wordsOf(words.join(' ')) : words;
}

const everyTest = readdirSync(path.join(projectRoot, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file}`)
  .filter((file) => file.endsWith('.test.ts'));

/** The program and the words that make it say how it is used. An option before `--help` would ask for its value. */
function helpOf(words: readonly string[]): readonly string[] {
  const bootstrap = words.indexOf('cli/bootstrap.js');
  const [subject = ''] = words.slice(bootstrap + 1);
  if (bootstrap >= 0) return ['dist/cli/holdfast.js', subject, '--help'];
  const [entry = '', scenario = ''] = words.slice(words.findIndex((word) => /^dist\//.test(word)));
  const hasScenarios = entry === 'dist/bench/main.js' && /^[a-z]/.test(scenario);
  return [entry, ...(hasScenarios ? [scenario] : []), '--help'];
}

/** What is wrong with a script that is too long for a test: the tests it names are there, or its program helps. */
async function problemsOfScript({ file, text }: DocumentedLine): Promise<readonly string[]> {
  const words = wordsOf(text);
  if (words.includes('--jest') || words.includes('jest')) {
    const patterns = words.filter((word) => /^(?:test|unit)\//.test(word));
    const isThere = (pattern: string) => everyTest.some((test) => test.includes(pattern));
    return patterns
      .filter((pattern) => !isThere(pattern))
      .map((pattern) => `${file}: no ${pattern}`);
  }
  const child = spawn(process.execPath, helpOf(words), { cwd: projectRoot });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += String(data)));
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  return exitCode === 0 && said.length > 100 ? [] : [`${file}: ${text} has no help: ${said}`];
}

it('every program of tests and measurements that the documents name says how it is used', async () => {
  const helped = lines.filter(({ text }) => treatmentOf(text).is === 'helped');
  expect(helped.length).toBeGreaterThan(20);
  const problems: string[] = [];
  for (const line of helped) problems.push(...(await problemsOfScript(line)));
  expect(problems.join('\n')).toBe('');
}, 300_000);

it.each(treatments)(
  '%s is of some line, and what it says stands where it says',
  (pattern, treatment) => {
    const spoken = ({ text }: DocumentedLine): string =>
      text.replace(/^npm run holdfast --/, 'holdfast');
    expect(lines.filter((line) => pattern.test(spoken(line)))).not.toEqual([]);
    const { file, by } = treatment as Partial<Extract<Treatment, { is: 'elsewhere' }>>;
    if (file === undefined) return;
    expect(existsSync(path.join(projectRoot, file))).toBe(true);
    expect(readFileSync(path.join(projectRoot, file), 'utf8')).toContain(by);
  },
);
