import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { judge } from '../guards/judge';
import { guards } from '../guards/table';
import { mutations } from '../model/mutations';
import { changedOnce, changedSources } from '../support/source-changes';
import { root } from './checks/repository';

const written = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** A test file with what it imports from beside it: titles of cells stand in a table of their own. */
function writtenWithImports(file: string): string {
  const text = written(file);
  const imported = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, specifier]) =>
    path.posix.join(path.posix.dirname(file), `${specifier}.ts`),
  );
  return [text, ...imported.filter((it) => it.startsWith('test/')).map(written)].join('\n');
}

/** What a parser says; a removal that does not even parse would turn every test red. */
function syntaxProblems(text: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('every guard', () => {
  test.each(guards.map((guard) => [guard.name, guard] as const))(
    'can still be removed: %s',
    (_name, { changes }) => {
      const changed = changedSources(changes, root);
      expect(changed.size).toBeGreaterThan(0);
      expect([...changed.values()].flatMap(syntaxProblems)).toEqual([]);
    },
  );

  test.each(guards.map((guard) => [guard.name, guard] as const))(
    'names a test that is there: %s',
    (_name, { test: { ring, file, title } }) => {
      expect(existsSync(path.join(root, file))).toBe(true);
      expect(file).toMatch(
        ring === 'unit' ? /^test\/(unit|model)\// : new RegExp(`^test/${ring}/`),
      );
      expect(writtenWithImports(file).includes(title) ? '' : `${title} is not in ${file}`).toBe('');
    },
  );

  test('has a name of its own, and one sentence that says why', () => {
    const names = guards.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(guards.filter(({ why }) => why.length < 20 || /[.]$/.test(why))).toEqual([]);
  });
});

test('every rule of the model can still be taken out', () => {
  for (const { changes } of mutations) changedSources(changes, root);
  expect(mutations.length).toBeGreaterThan(10);
});

test('an edit that fits nowhere, or twice, is an error', () => {
  const change = { file: 'x.ts', from: 'one', to: 'two' };
  expect(changedOnce('one three', change)).toBe('two three');
  expect(() => changedOnce('three', change)).toThrow('"one" is 0 times in x.ts');
  expect(() => changedOnce('one one', change)).toThrow('"one" is 2 times in x.ts');
});

describe('the judgement of a run', () => {
  const guarded = { ring: 'unit', file: 'test/unit/a.test.ts', title: 'holds' } as const;
  const unmet = 'Error: expect(received).toBe(expected)\n\nExpected: 1\n    at x.ts:1:1';
  const report = (status: string, failureMessages: string[] = [], message = '') => {
    const tests = [{ fullName: 'it holds', status, failureMessages }];
    const assertionResults = status === '' ? [] : tests;
    return { testResults: [{ name: '/copy/test/unit/a.test.ts', message, assertionResults }] };
  };

  test.each([
    ['an expectation that is not met', report('failed', [unmet]), 'red'],
    ['the same inside an error of its own', report('failed', [`Error: order 3: ${unmet}`]), 'red'],
    [
      'an error before any expectation',
      report('failed', ['TypeError: x is no function']),
      'broken',
    ],
    ['a time-out', report('failed', ['Error: Exceeded timeout of 5 ms for a test']), 'broken'],
    [
      'an error that came by way of an expectation',
      report('failed', ['Error: no\n    at expect(x)']),
      'broken',
    ],
    ['a file that cannot be run', report('', [], 'SyntaxError: what is this'), 'broken'],
    ['a test that passes', report('passed'), 'green'],
    ['a test that was not run', report('pending'), 'missing'],
    ['a test that is not there', { testResults: [] }, 'missing'],
  ])('%s', (_what, seen, is) => {
    expect(judge(seen, guarded).is).toBe(is);
  });
});
