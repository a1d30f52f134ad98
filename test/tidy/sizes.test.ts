import { describeFindings } from './checks/finding';
import { readFiles, repositoryFiles } from './checks/repository';
import { checkDepth, checkSizes, sizeLimits } from './checks/sizes';
import { parseSource } from './checks/source';

// What a generator writes, nobody reads from end to end.
const sources = readFiles((file) => file.endsWith('.ts') && file !== 'client/api.d.ts').map(
  parseSource,
);

test('no file, function or line passes the outer bound', () => {
  const { reported, failed } = checkSizes(sources);
  const list = [
    ...reported.filter(({ line }) => line === undefined),
    ...checkDepth(repositoryFiles()),
  ];
  if (list.length > 0) process.stdout.write(`Larger than we like:\n${describeFindings(list)}\n`);
  expect(describeFindings(failed)).toBe('');
});

const sizesOf = (text: string) => checkSizes([parseSource({ file: 'platform/x.ts', text })]);

test('a file of 151 lines is reported and one of 301 fails', () => {
  const lines = (count: number): string => '// line\n'.repeat(count);
  expect(sizesOf(lines(sizeLimits.fileLinesReported))).toEqual({ reported: [], failed: [] });
  expect(sizesOf(lines(sizeLimits.fileLinesReported + 1)).reported).toHaveLength(1);
  expect(sizesOf(lines(sizeLimits.fileLinesFailed + 1)).failed).toHaveLength(1);
});

test.each([
  ['a function', (body: string) => `function f() {\n${body}}`],
  ['an arrow', (body: string) => `const f = () => {\n${body}};`],
  ['a method', (body: string) => `class C { m() {\n${body}} }`],
])('%s of 61 lines fails', (_title, write) => {
  expect(sizesOf(write('f();\n'.repeat(58))).failed).toEqual([]);
  expect(sizesOf(write('f();\n'.repeat(60))).failed).toHaveLength(1);
});

test('a function is not as long as the functions declared inside it', () => {
  const inner = (name: string): string => `function ${name}() {\n${'f();\n'.repeat(40)}}\n`;
  expect(sizesOf(`function f() {\n${inner('g')}${inner('h')}}`).failed).toEqual([]);
  expect(sizesOf(`function f() {\n${inner('g')}${'f();\n'.repeat(60)}}`).failed).toHaveLength(1);
});

test('a long message does not make its line too long, a long comment does', () => {
  expect(sizesOf(`say('${'x'.repeat(130)}');`).failed).toEqual([]);
  expect(sizesOf(`say(''); // ${'x'.repeat(130)}`).failed).toHaveLength(1);
});

test('a line of 121 columns fails', () => {
  expect(sizesOf(`// ${'x'.repeat(117)}`).failed).toEqual([]);
  expect(sizesOf(`// ${'x'.repeat(118)}`).failed).toHaveLength(1);
});

test('a folder four levels below the root is reported', () => {
  expect(checkDepth(['a/b/c/d.ts'])).toEqual([]);
  expect(checkDepth(['a/b/c/d/e.ts'])).toHaveLength(1);
});
