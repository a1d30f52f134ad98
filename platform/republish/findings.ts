import type { RepublishCode, RepublishFinding } from './options';

/** Findings of a run: all are counted, the first ones are kept, and an aggregate with one is left alone. */
export interface RepublishFindings {
  add(finding: RepublishFinding): void;
  /** Whether something was found of an aggregate. */
  has(aggregateId: string): boolean;
  first(): readonly RepublishFinding[];
  counts(): Readonly<Partial<Record<RepublishCode, number>>>;
}

/** Keeps at most `keptMax`. A fork is kept before anything else: it is what stops the whole run. */
export function collectFindings(keptMax: number): RepublishFindings {
  const forks: RepublishFinding[] = [];
  const others: RepublishFinding[] = [];
  const counts = new Map<RepublishCode, number>();
  const aggregates = new Set<string>();
  return {
    add(finding) {
      const kept = finding.code === 'HISTORY_FORKED' ? forks : others;
      if (kept.length < keptMax) kept.push(finding);
      counts.set(finding.code, (counts.get(finding.code) ?? 0) + 1);
      aggregates.add(finding.aggregateId);
    },
    has: (aggregateId) => aggregates.has(aggregateId),
    first: () => [...forks, ...others].slice(0, keptMax),
    counts: () => Object.fromEntries(counts),
  };
}
