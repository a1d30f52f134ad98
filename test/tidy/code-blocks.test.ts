import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { parse } from 'yaml';
import { everyCommand } from '../../cli/reference/markdown';
import { describeFindings } from './checks/finding';
import type { Finding } from './checks/finding';
import { codeBlocksOf } from './checks/markdown';
import type { CodeBlock } from './checks/markdown';
import { readFiles, root } from './checks/repository';
import { checkShellLines } from './checks/shell-lines';
import type { Known } from './checks/shell-lines';

const documents = readFiles((file) => file.endsWith('.md'));
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const [whole] = everyCommand();
if (whole === undefined) throw new Error('there is no command at all');
const known: Known = {
  holdfast: whole.command,
  scripts: new Set(Object.keys(manifest.scripts)),
};

/** What a block of a language has to pass; TypeScript is checked with the code it speaks of, by `docs.test.ts`. */
const languages: Readonly<Record<string, (code: string) => unknown>> = {
  '': () => undefined,
  text: () => undefined,
  sh: () => undefined,
  ts: () => undefined,
  json: (code) => JSON.parse(code) as unknown,
  yaml: (code) => parse(code) as unknown,
  js: (code) => {
    const { diagnostics = [] } = ts.transpileModule(code, { reportDiagnostics: true });
    for (const { messageText } of diagnostics) throw new Error(JSON.stringify(messageText));
  },
};

function checkBlock({ file, line, language, code }: CodeBlock): Finding[] {
  const parseBlock = languages[language];
  if (parseBlock === undefined)
    return [{ file, line, problem: `nobody checks blocks of ${language}` }];
  try {
    parseBlock(code);
    return [];
  } catch (error) {
    return [{ file, line, problem: `is no ${language}: ${(error as Error).message}` }];
  }
}

test('every block of the documents is of a language that is checked, and parses', () => {
  const blocks = documents.flatMap(codeBlocksOf);
  expect(blocks.length).toBeGreaterThan(150);
  expect(describeFindings(blocks.flatMap(checkBlock))).toBe('');
});

test('the command line and npm take every line of theirs in the documents', () => {
  const findings = documents.flatMap((document) => checkShellLines(document, known));
  expect(describeFindings(findings)).toBe('');
});

const reported = (text: string): string[] =>
  checkShellLines({ file: 'x.md', text }, known).map(({ line, problem }) => `${line} ${problem}`);

test.each([
  ['an unknown command', 'holdfast sags list', 'holdfast has no command sags'],
  ['an unknown command below', 'npx holdfast sagas lst', 'sagas has no command lst'],
  ['one of alternatives', 'holdfast versions list|prmote', 'versions has no command prmote'],
  ['an unknown option', 'holdfast sagas list --sate parked', 'list has no option --sate'],
  ['an option of another command', 'npm start -- --state x --row S2', 'up has no option --row'],
  ['behind npm', 'npm run holdfast -- sagas lst', 'sagas has no command lst'],
  ['behind a pipe', 'holdfast status --json && holdfast stats', 'holdfast has no command stats'],
  ['an argument too many', 'holdfast status all', 'status takes no all'],
  ['an unknown script', 'HOLDFAST_X=1 npm run tset  # it', 'package.json has no script tset'],
])('%s is reported, in a block and in prose', (_title, line, problem) => {
  expect(reported(`\`\`\`\ntrue\n${line}\n\`\`\`\n`)).toEqual([`3 ${problem}`]);
  expect(reported(`It is\nsaid by \`${line}\`.`)).toEqual([`2 ${problem}`]);
});

test.each([
  'holdfast sagas retry <id> --reason "the carrier is back"',
  'holdfast versions list|promote',
  'npm run holdfast -- sagas list --state parked | jq .  # all of them',
  'npm start -- --instances payments=3,gateway=2',
  'holdfast chaos bulk --items 500',
  'holdfast --help',
])('%s is taken', (line) => {
  expect(reported(`\`${line}\``)).toEqual([]);
});

test('a block of an unknown language, and JSON, YAML and JavaScript that do not parse, are reported', () => {
  const block = (language: string, code: string): CodeBlock => ({
    ...{ file: 'x.md', line: 1, attributes: {}, language, code },
  });
  const broken = [
    ...[block('bash', 'true'), block('json', '{a: 1}'), block('yaml', 'a: [1')],
    block('js', 'const = 1;'),
  ];
  expect(broken.map((one) => checkBlock(one).length)).toEqual([1, 1, 1, 1]);
  expect(checkBlock(block('json', '{ "a": 1 }'))).toEqual([]);
});
