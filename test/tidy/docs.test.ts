import { existsSync } from 'node:fs';
import path from 'node:path';
import { docFiles } from './checks/doc-files';
import { describeFindings } from './checks/finding';
import { checkLinks, codeBlocksOf } from './checks/markdown';
import { readFiles, repositoryFiles, root } from './checks/repository';
import { typeCheck } from './checks/type-check';

const documents = readFiles((file) => file.endsWith('.md'));
const exists = (file: string): boolean => existsSync(path.join(root, file));

test('every relative link of the documents leads somewhere', () => {
  expect(documents.length).toBeGreaterThan(5);
  expect(describeFindings(checkLinks(documents, exists))).toBe('');
});

test('every decision record is in the index, under its own number', () => {
  const records = repositoryFiles().filter((file) => /^docs\/adr\/\d{4}-/.test(file));
  const index = documents.find(({ file }) => file === 'docs/adr/README.md')?.text ?? '';
  const missing = records.filter((file) => !index.includes(`(${path.posix.basename(file)})`));
  const numbers = records.map((file) => path.posix.basename(file).slice(0, 4));
  expect(missing).toEqual([]);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('every block of TypeScript in the documents fits the code it speaks of', () => {
  const blocks = documents.flatMap(codeBlocksOf).filter(({ language }) => language === 'ts');
  expect(blocks.length).toBeGreaterThan(2);
  expect(describeFindings(typeCheck(docFiles(blocks)))).toBe('');
});

const block = (code: string, attributes = '') =>
  codeBlocksOf({ file: 'x.md', text: `# X\n\n\`\`\`ts ${attributes}\n${code}\n\`\`\`\n` });

test('a block that does not compile is reported at its line of the document', () => {
  const broken = block("import { epochOf } from '../platform/kernel/epoch';\nepochOf('one', 2);");
  expect(typeCheck(docFiles(broken))).toEqual([
    expect.objectContaining({ problem: expect.stringContaining('not assignable') as string }),
  ]);
});

test('links to a missing file or heading are reported, code and addresses are not links', () => {
  const text = [
    '# A heading, with a comma',
    '[a](missing.md) [b](#a-heading-with-a-comma) [c](#other) [d](https://x.example)',
    '`[e](nowhere.md)` [f](there.md#one) [g](there.md#two)',
  ].join('\n');
  const there = { file: 'docs/there.md', text: '## One' };
  const findings = checkLinks([{ file: 'docs/x.md', text }, there], (file) => file === there.file);
  expect(findings.map(({ line, problem }) => `${line} ${problem}`)).toEqual([
    '2 missing.md leads nowhere',
    '2 #other: no such heading',
    '3 there.md#two: no such heading',
  ]);
});
