import type { GuardTest } from './guard';

/** What this module needs of the report that jest writes with `--json`. */
export interface JestReport {
  readonly testResults: readonly {
    /** Absolute path of the test file. */
    readonly name: string;
    /** Why the file could not be run at all; empty otherwise. */
    readonly message: string;
    readonly assertionResults: readonly JestTest[];
  }[];
}

interface JestTest {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[] | null;
}

/** What a run says about the test of one guard. */
export type Judgement =
  | { readonly is: 'green'; readonly tests: number }
  /** An expectation was not met, in the test of this title. */
  | { readonly is: 'red'; readonly by: string; readonly tests: number }
  /** It failed, but not by an expectation: that proves nothing about the guard. */
  | { readonly is: 'broken'; readonly detail: string }
  | { readonly is: 'missing' };

/** Judges the test of a guard by the report of a run. */
export function judge(report: JestReport, test: GuardTest): Judgement {
  const files = report.testResults.filter(({ name }) => name.endsWith(`/${test.file}`));
  const run = files
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName, status }) => isOf(test, fullName) && isRun(status));
  const failed = run.filter(({ status }) => status === 'failed');
  const red = failed.filter(({ failureMessages }) => failureMessages?.some(isUnmet));
  const [first] = red;
  if (first !== undefined) return { is: 'red', by: first.fullName, tests: red.length };
  const detail = failed[0]?.failureMessages?.[0] ?? files.find(isUnrunnable)?.message;
  if (detail !== undefined) return { is: 'broken', detail };
  return run.length === 0 ? { is: 'missing' } : { is: 'green', tests: run.length };
}

/** Titles with members that `each` fills in are known by the pieces between them. */
function isOf({ title }: GuardTest, fullName: string): boolean {
  return fullName.includes(title);
}

function isRun(status: string): boolean {
  return status === 'passed' || status === 'failed';
}

/**
 * Text of an expectation that was not met, also where a test put it into an error of its own; or of a condition that a
 * test waited for (`StartedSaga.until`), which is an expectation with a deadline.
 */
function isUnmet(message: string): boolean {
  return /\bexpect\(|the saga is not there yet/.test(message.split('\n    at ')[0] ?? '');
}

function isUnrunnable(file: JestReport['testResults'][number]): boolean {
  return file.assertionResults.length === 0 && file.message !== '';
}
