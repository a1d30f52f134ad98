import type { AuditFinding } from '../codes';
import { wholeOf } from '../family';
import type { Family } from '../family';
import { firstMark, LedgerTaken } from './port';
import type {
  EventKey,
  FindingCount,
  KeptFinding,
  Ledger,
  ReportTail,
  Seen,
  ServiceMark,
  Tracked,
} from './port';

const keyOf = ({ aggregateId, seq }: EventKey): string => `${aggregateId}:${seq}`;

/** A ledger that lives as long as its process: for tests, and for an audit of one look. */
export function memoryLedger(clock: () => Date = () => new Date()): Ledger {
  const marks = new Map<string, ServiceMark>();
  const tracked = new Map<string, Map<string, Tracked>>();
  const seen = new Map<string, Map<string, Seen>>();
  const families = new Map<string, Map<string, Family>>();
  const findings = new Map<string, KeptFinding>();
  const report: ReportTail[] = [];
  const of = <Value>(all: Map<string, Map<string, Value>>, service: string) => {
    const known = all.get(service) ?? new Map<string, Value>();
    all.set(service, known);
    return known;
  };
  const pick = <Value>(from: ReadonlyMap<string, Value>, ids: readonly string[]) =>
    new Map(ids.flatMap((id) => (from.has(id) ? [[id, from.get(id)!] as const] : [])));

  function keep(finding: AuditFinding): boolean {
    const key = JSON.stringify([finding.code, finding.service, finding.subject]);
    const at = clock().toISOString();
    const known = findings.get(key);
    findings.set(key, { ...finding, firstSeen: known?.firstSeen ?? at, lastSeen: at });
    return known === undefined;
  }

  return {
    takeOver: async () => undefined,
    mark: async (service) => marks.get(service) ?? firstMark,
    tracked: async (service, ids) => pick(of(tracked, service), ids),
    trackedIds: async (service, { afterId, lastId, limitMax }) =>
      [...of(tracked, service).keys()]
        .filter((id) => id > afterId && (lastId === undefined || id <= lastId))
        .sort()
        .slice(0, limitMax),
    seen: async (service, ids) => pick(of(seen, service), ids.map(keyOf)),
    seenFrom: async (service, { partition, offset, limitMax }) =>
      [...of(seen, service).values()]
        .filter((one) => one.partition === partition && BigInt(one.offset) >= BigInt(offset))
        .filter(({ isFilled }) => !isFilled)
        .sort((left, right) => Number(BigInt(left.offset) - BigInt(right.offset)))
        .slice(0, limitMax),
    families: async (service, ids) => pick(of(families, service), ids),
    endedFamilies: async (limitMax) =>
      [...of(families, 'sagas').values()]
        .filter(({ outcome }) => outcome !== undefined)
        .slice(0, limitMax)
        .map(({ workflowId }) =>
          wholeOf([...families.values()].flatMap((parts) => parts.get(workflowId) ?? [])),
        ),
    commit: async (change) => {
      marks.set(change.service, change.mark);
      for (const one of change.tracked ?? []) of(tracked, change.service).set(one.id, one);
      for (const one of change.seen ?? []) of(seen, change.service).set(keyOf(one), one);
      for (const one of change.families ?? []) {
        of(families, change.service).set(one.workflowId, one);
      }
      for (const parts of families.values()) {
        for (const id of change.judged ?? []) parts.delete(id);
      }
      return (change.findings ?? []).filter(keep);
    },
    findings: async ({ since, limitMax }) =>
      [...findings.values()]
        .filter(({ firstSeen }) => Date.parse(firstSeen) >= since.getTime())
        .slice(0, limitMax),
    openFindings: async () => {
      const counts = new Map<string, FindingCount>();
      for (const { code, service, acknowledged } of findings.values()) {
        if (acknowledged !== undefined) continue;
        const count = (counts.get(`${code} ${service}`)?.count ?? 0) + 1;
        counts.set(`${code} ${service}`, { code, service, count });
      }
      return [...counts.values()];
    },
    acknowledge: async (acknowledged) => {
      const open = [...findings].filter(([, one]) => one.acknowledged === undefined);
      for (const [key, one] of open) findings.set(key, { ...one, acknowledged });
      return open.length;
    },
    reportTail: async () => report.at(-1) ?? { number: 0, line: '' },
    appendReport: async (tail, line) => {
      if ((report.at(-1)?.number ?? 0) !== tail.number) throw new LedgerTaken('another line');
      report.push({ number: tail.number + 1, line });
    },
    reportLines: async ({ after, limitMax }) =>
      report.filter(({ number }) => number > after).slice(0, limitMax),
  };
}
