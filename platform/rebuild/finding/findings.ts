import { rebuildCodes } from './codes';
import type { Finding, RebuildCode, RebuildVerdict } from './codes';

/** Findings of a run: all are counted, the first ones are kept. */
export interface Findings {
  /** Kept findings, ascending by aggregate. */
  first(): readonly Finding[];
  counts(): Readonly<Partial<Record<RebuildCode, number>>>;
  verdict(): RebuildVerdict;
  /** True while one more would be kept: worth a closer look. */
  hasRoom(): boolean;
  add(finding: Finding): void;
}

/** Keeps at most `keptMax`; aggregates are compared in the order of their ids, so those are the first. */
export function collectFindings(keptMax: number): Findings {
  const kept: Finding[] = [];
  const counts = new Map<RebuildCode, number>();
  const verdicts = new Set<RebuildVerdict>();
  return {
    first: () => kept.sort((one, other) => (one.aggregateId < other.aggregateId ? -1 : 1)),
    counts: () => Object.fromEntries(counts),
    verdict() {
      if (verdicts.has('differs')) return 'differs';
      return verdicts.has('undecided') ? 'undecided' : 'equal';
    },
    hasRoom: () => kept.length < keptMax,
    add(finding) {
      if (kept.length < keptMax) kept.push(finding);
      counts.set(finding.code, (counts.get(finding.code) ?? 0) + 1);
      verdicts.add(rebuildCodes[finding.code].verdict);
    },
  };
}
