import path from 'node:path';
import { wordsOf } from './example';
import type { Example } from './example';
import { importsIn } from './sources';
import type { Sources } from './sources';

/** Rings that need no server. */
const rings = /^test\/(?:unit|tidy)\/.*\.test\.ts$/;

/** What jest is configured with, and what runs the rings. */
const roots = ['global-setup.ts', 'global-teardown.ts', 'sequencer.js', 'count-reporter.js'].map(
  (file) => `test/support/${file}`,
);

/** Tests that look at what a project without the example does not have, by other ways than imports and words. */
const unfit: ReadonlySet<string> = new Set([
  // Pages of errors that only the example, or what is played on it, has.
  'test/tidy/error-codes.test.ts',
  // Lines of commands that are played on it.
  'test/tidy/code-blocks.test.ts',
  // The engines that benchmarks are compared with.
  'test/tidy/supply.test.ts',
  'test/unit/cli/chaos.test.ts',
  // Values of orders.
  'test/unit/http/problems.test.ts',
]);

/**
 * Files of `test/` that a project without the example has: tests of the fast rings that neither need nor name it, also
 * by what they import, and what these need.
 */
export function testsOf(
  { files, read }: Sources,
  {
    example,
    kept,
    runner,
  }: {
    readonly example: Example;
    readonly kept: readonly string[];
    readonly runner: string;
  },
) {
  const isThere = (file: string) => there.has(file);
  const there = new Set(files);
  const outside = new Set(kept);
  const words = wordsOf(example);
  const needs = new Map<string, readonly string[]>();
  const needsOf = (file: string): readonly string[] => {
    const known = needs.get(file) ?? importsIn(file, read(file), isThere);
    needs.set(file, known);
    return known;
  };
  const reached = (start: string): ReadonlySet<string> => {
    const seen = new Set([start]);
    for (const file of seen) {
      if (!file.startsWith('test/')) continue;
      for (const needed of needsOf(file)) seen.add(needed);
    }
    return seen;
  };
  const isFit = (file: string): boolean => {
    if (file.startsWith('test/')) return !words.test(read(file));
    return outside.has(file);
  };
  const tests = files.filter((file) => rings.test(file) && !unfit.has(file));
  const fit = tests.filter((file) => [...reached(file)].every(isFit));
  const all = [...fit, ...roots, runner].flatMap((file) => [...reached(file)]);
  const folders = new Set(fit.map((file) => path.posix.dirname(file)));
  // What a test reads beside itself.
  const beside = files.filter(
    (file) =>
      file.startsWith('test/') && !/\.tsx?$/.test(file) && folders.has(path.posix.dirname(file)),
  );
  return [...new Set([...all, ...beside])].filter((file) => file.startsWith('test/')).sort();
}
