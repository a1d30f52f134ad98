import { existsSync } from 'node:fs';
import path from 'node:path';
import { serviceFiles } from '../../cli/new/service/service-files';
import { serviceNamesOf } from '../../cli/new/service/service-names';
import { docFiles } from './checks/doc-files';
import { describeFindings } from './checks/finding';
import type { Finding } from './checks/finding';
import { checkLinks, codeBlocksOf } from './checks/markdown';
import { readFiles, repositoryFiles, root } from './checks/repository';
import { typeCheck } from './checks/type-check';

const documents = readFiles((file) => file.endsWith('.md'));
const exists = (file: string): boolean => existsSync(path.join(root, file));

test('every relative link of the documents leads somewhere', () => {
  expect(documents.length).toBeGreaterThan(5);
  expect(describeFindings(checkLinks(documents, exists))).toBe('');
});

test('the first screen of the README says what it is, shows it, has two commands and what is seen', () => {
  const readme = documents.find(({ file }) => file === 'README.md')?.text ?? '';
  const screen = readme.split('\n').slice(0, 36).join('\n');
  expect(screen).toMatch(/^# Holdfast\n\n\S[^]+!\[[^\]]+\]\(docs\/pictures\/overview\.svg\)/);
  expect(screen).toMatch(/\nnpm start .*\nnpm test .*\n[^]+\nYou will see /);
});

test('every decision record is in the index, under its own number', () => {
  const records = repositoryFiles().filter((file) => /^docs\/adr\/\d{4}-/.test(file));
  const index = documents.find(({ file }) => file === 'docs/adr/README.md')?.text ?? '';
  const missing = records.filter((file) => !index.includes(`(${path.posix.basename(file)})`));
  const numbers = records.map((file) => path.posix.basename(file).slice(0, 4));
  expect(missing).toEqual([]);
  expect(new Set(numbers).size).toBe(numbers.length);
});

const blocks = documents.flatMap(codeBlocksOf).filter(({ language }) => language === 'ts');
const broken = [
  "import { inventory } from '../activities/inventory/contract';",
  "import { epochOf } from '../platform/kernel/epoch';",
  "import type { SagaHandle } from '../platform/saga';",
  "epochOf('one', 2);",
  'export async function ship(saga: SagaHandle, orderId: string): Promise<void> {',
  "  await saga.step('ship', inventory.ship({ orderId }));",
  "  await saga.all({ parcel: (branch) => branch.pivot('ship', inventory.ship({ orderId })) });",
  '}',
].join('\n');

describe('blocks of TypeScript in the documents', () => {
  let findings: readonly Finding[];
  // One program for all of them: starting the compiler is what takes the time.
  beforeAll(() => {
    const fixture = codeBlocksOf({ file: 'broken.md', text: `\n\`\`\`ts\n${broken}\n\`\`\`\n` });
    // The tutorial stands on a service that is written before.
    const names = serviceNamesOf('travel', { aggregate: 'booking', store: 'postgresql' });
    const written = Object.entries(serviceFiles(names)).filter(([file]) =>
      /^activities/.test(file),
    );
    findings = typeCheck({
      ...Object.fromEntries(written),
      ...docFiles(blocks),
      ...docFiles(fixture),
    });
  });
  const isFixture = ({ file }: Finding): boolean => file.includes('broken.example');

  test('fit the code they speak of', () => {
    expect(blocks.length).toBeGreaterThan(4);
    expect(describeFindings(findings.filter((finding) => !isFixture(finding)))).toBe('');
  });

  test('are reported when they do not: a step without its undo, a pivot in a branch', () => {
    expect(findings.filter(isFixture).map(({ line, problem }) => `${line} ${problem}`)).toEqual([
      expect.stringMatching(/^4 Argument of type 'string' is not assignable/),
      expect.stringMatching(/^6 Expected 3 arguments/),
      expect.stringMatching(/^7 Property 'pivot' does not exist/),
    ]);
  });
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
