import { mutations } from '../model/mutations';
import type { SourceChange } from '../support/source-changes';

/** What a test needs to run, from nothing to real databases. */
export type GuardRing = 'unit' | 'saga' | 'contract';

/** One guard: why it is there, the edit that takes it out, and the test that must then be red. */
export interface Guard {
  /** A few words; unique. */
  readonly name: string;
  /** What happens without it, in one sentence. */
  readonly why: string;
  /** Takes the guard out in every place that enforces it, and nothing else. */
  readonly changes: readonly SourceChange[];
  /** As narrow as possible. More than one test may have this piece of a title; one of them has to fail. */
  readonly test: GuardTest;
}

export interface GuardTest {
  readonly ring: GuardRing;
  /** Path from the root of the repository. */
  readonly file: string;
  /** Piece of the title as it is written in the file or in what it imports, without what `each` fills in. */
  readonly title: string;
}

/** The edits of a rule that the model takes out too; it is written down once. */
export function ruleOf(rule: string): readonly SourceChange[] {
  const mutation = mutations.find((known) => known.rule === rule);
  if (mutation === undefined) throw new Error(`the model knows no rule "${rule}"`);
  return mutation.changes;
}

/** A test of the ring `unit`, by the path below `test/unit`. */
export const unit = (file: string, title: string): GuardTest => ({
  ring: 'unit',
  file: `test/unit/${file}.test.ts`,
  title,
});

/** A test of the ring `saga`: Temporal's test server, whose time can be skipped. */
export const saga = (file: string, title: string): GuardTest => ({
  ring: 'saga',
  file: `test/saga/${file}.test.ts`,
  title,
});

/** A test of the ring `contract`: real servers. */
export const contract = (file: string, title: string): GuardTest => ({
  ring: 'contract',
  file: `test/contract/${file}.test.ts`,
  title,
});
