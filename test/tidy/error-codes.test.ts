import { areas, toldCodes } from '../../cli/explain/table';
import { problemPages } from '../../gateway/problems';
import { checkCodes, codesIn } from './checks/error-codes';
import { describeFindings } from './checks/finding';
import { readFiles } from './checks/repository';
import { parseSource } from './checks/source';

/** What ships; benches and tests have codes of their own that nobody meets. */
const shipped =
  /^(?:activities|cli|deploy|gateway|platform|projections|reactions|schemas|stack|webhooks|workers|workflows)\//;

const sources = readFiles(
  (file) => shipped.test(file) && file.endsWith('.ts') && !file.startsWith('cli/explain/pages/'),
).map(parseSource);

test('every code has a page, and every page a code', () => {
  expect(new Set(sources.flatMap(codesIn).map(({ code }) => code)).size).toBeGreaterThan(350);
  expect(describeFindings(checkCodes(sources, [...toldCodes.keys()]))).toBe('');
});

test('a code has one page, which says what it means, what to do, and where more is written', () => {
  expect(areas.flatMap(({ pages }) => Object.keys(pages))).toHaveLength(toldCodes.size);
  const told = [...toldCodes.values()];
  const wrong = told.filter(({ means, next }) => !means.endsWith('.') || !/[^.\s]$/.test(next));
  expect(wrong.map(({ code }) => code)).toEqual([]);
});

test('every problem of the API has a page and says what to do', () => {
  const lacking = Object.entries(problemPages).filter(
    ([code, [, , next]]) => next === undefined || toldCodes.get(code)?.status === undefined,
  );
  expect(lacking.map(([code]) => code)).toEqual([]);
});

const found = (text: string) =>
  codesIn(parseSource({ file: 'x.ts', text })).map(({ code }) => code);

test.each([
  ['what an error is made of', "throw new CommandFailed('NOT_THERE', 'it is not there', 1);"],
  ['a problem', "throw problem('NOT_THERE', { detail });"],
  ['a status before it', "throw new Problem(404, 'NOT_THERE', 'There is none');"],
  ['a refusal', "return refused('NOT_THERE', detail);"],
  ['a failure of Temporal', "throw ApplicationFailure.nonRetryable(message, 'NOT_THERE');"],
  ['a member', "const told = { code: 'NOT_THERE' as const, cause };"],
  ['one of two', "tell({ reason: isGone ? 'NOT_THERE' : before });"],
  ['what stands in for nothing', "const code = failure.type ?? 'NOT_THERE';"],
  ['a field of a class', "class Gone extends Error { readonly code = 'NOT_THERE'; }"],
  ['a closed list', "export const haltCodes = ['NOT_THERE'] as const;"],
  ['a table', "const goneProblems = { NOT_THERE: [404, 'gone'] } as const satisfies Table;"],
  ['a type', "export type GoneCode = 'NOT_THERE';"],
  ['a parameter', "class Gone { constructor(readonly code: 'NOT_THERE') {} }"],
  ['an answer', "function codeOf(error: Error) { return 'NOT_THERE'; }"],
  ['a broken rule', 'brokenRules({ NOT_THERE: [] });'],
])('%s is found as a code', (_title, text) => {
  expect(found(text)).toEqual(['NOT_THERE']);
});

test('a method, a setting, a comparison and a comment are no codes', () => {
  const text = [
    "ask({ method: 'POST' });",
    "const config = { HOLDFAST_NAME: 'verify' };",
    "if (error.code === 'NOT_THERE') return;",
    '// NOT_THERE is thrown elsewhere',
  ].join('\n');
  expect(found(text)).toEqual([]);
});

test('a code without a page is reported at its place, and a page without a code', () => {
  const text = "return refused('TOLD');\nthrow problem('UNTOLD');\nthrow problem('UNTOLD');\n";
  const findings = checkCodes([parseSource({ file: 'x.ts', text })], ['TOLD', 'STALE']);
  expect(findings).toEqual([
    { file: 'x.ts', line: 2, problem: 'UNTOLD has no page in cli/explain/pages' },
    { file: 'cli/explain/pages', problem: 'STALE is no code any more' },
  ]);
});

test('a code that stands in a text alone, as in SQL, keeps its page', () => {
  const text = "const sql = `select 'DEAD_LETTER' as code`;";
  expect(checkCodes([parseSource({ file: 'x.ts', text })], ['DEAD_LETTER'])).toEqual([]);
});
