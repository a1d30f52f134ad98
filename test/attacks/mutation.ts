import type { PlatformProcess } from '../../cli/up/world';
import type { SourceChange } from '../support/source-changes';

/** A guard of the product taken out, and the row of `holdfast attack` that must miss it. */
export interface AttackMutation {
  /** The row that must break. */
  readonly row: string;
  /** A few words; unique. */
  readonly name: string;
  /** What an attacker gets without it, in one sentence. */
  readonly gain: string;
  /** Takes the guard out in every place that enforces it, and nothing else. */
  readonly changes: readonly SourceChange[];
  /** The processes that have to be started anew; without, all of them. */
  readonly processes?: readonly PlatformProcess[];
  /** Other rows that stand on the same guard and may break with it. */
  readonly also?: readonly string[];
}

/** A change of one place in one file. */
export const change = (file: string, from: string, to: string): SourceChange => ({
  file,
  from,
  to,
});
