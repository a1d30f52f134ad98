/** An advisory that is known and let stand for a while. Kept in `advisory-waivers.json`. */
export interface Waiver {
  /** Its id, such as `GHSA-xxxx-xxxx-xxxx`. */
  readonly advisory: string;
  /** The package, and the version that is waived; another version is not. */
  readonly package: string;
  readonly version: string;
  /** Why it does no harm here, or what is waited for. */
  readonly reason: string;
  /** Days, `YYYY-MM-DD`: when it was written, and the last day it counts; at most `waiverDaysMax` later. */
  readonly since: string;
  readonly until: string;
}

/** Longer than that nothing is waived without somebody looking at it again. */
export const waiverDaysMax = 90;

/** What must not be delivered; what is milder is only told. */
const forbidden: readonly string[] = ['high', 'critical'];

interface Via {
  readonly url?: string;
  readonly title?: string;
  readonly severity?: string;
  readonly name?: string;
}

/** `npm audit --json`, as far as it is read: a report, or what went wrong on the way to it. */
export interface AuditReport {
  readonly vulnerabilities?: Readonly<
    Record<string, { readonly name: string; readonly via: readonly (Via | string)[] }>
  >;
  readonly message?: string;
  readonly statusCode?: number;
}

/** One advisory that hits something we deliver. */
export interface Hit {
  readonly advisory: string;
  readonly package: string;
  readonly severity: string;
  readonly title: string;
}

export type Verdict =
  | { readonly is: 'clean'; readonly lines: readonly string[] }
  | { readonly is: 'red'; readonly lines: readonly string[] }
  /** Nobody said anything about advisories, and that is no good news. */
  | { readonly is: 'unknown'; readonly lines: readonly string[] };

/** Versions of a package by the lock file; empty for one that is not in it. */
export type VersionsOf = (name: string) => readonly string[];

const dayMs = 86_400_000;
const dayOf = (text: string): number =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;

/** What is wrong with the waivers themselves on a day: run out, too long, without reason, or for nothing we have. */
export function problemsOfWaivers(
  waivers: readonly Waiver[],
  versionsOf: VersionsOf,
  nowMs: number,
): readonly string[] {
  return waivers.flatMap((waiver) => {
    const { advisory, reason, since, until, version } = waiver;
    const [from, to] = [dayOf(since), dayOf(until)];
    const found: readonly (readonly [boolean, string])[] = [
      [!/^GHSA(-[a-z0-9]{4}){3}$/.test(advisory), 'has no id of an advisory'],
      [reason.trim().length < 20, 'says no reason'],
      [Number.isNaN(from) || Number.isNaN(to) || to < from, 'has no two days in order'],
      [to - from > waiverDaysMax * dayMs, `counts longer than ${waiverDaysMax} days`],
      [nowMs >= to + dayMs, `ended on ${until}`],
      [from > nowMs, 'is of a day to come'],
      [!versionsOf(waiver.package).includes(version), `waives ${version}, which we do not have`],
    ];
    const problems = found.filter(([broken]) => broken).map(([, problem]) => problem);
    return problems.map((problem) => `waiver of ${advisory} for ${waiver.package} ${problem}`);
  });
}

/** Every advisory of a report, once a package. A package that is only hit through another is that other's hit. */
export function hitsOf(report: AuditReport): readonly Hit[] {
  return Object.values(report.vulnerabilities ?? {}).flatMap(({ name, via }) =>
    via.flatMap((each) => {
      if (typeof each === 'string') return [];
      const { url = '', title = '', severity = 'critical' } = each;
      const advisory = /GHSA(-[a-z0-9]{4}){3}/.exec(url)?.[0] ?? url;
      return [{ advisory, package: each.name ?? name, severity, title }];
    }),
  );
}

export interface Judged {
  readonly report: AuditReport | undefined;
  readonly waivers: readonly Waiver[];
  readonly versionsOf: VersionsOf;
  readonly nowMs: number;
}

/** The policy: nothing of high or critical severity is delivered, but under a waiver that still counts. */
export function judgeAdvisories({ report, waivers, versionsOf, nowMs }: Judged): Verdict {
  const stale = problemsOfWaivers(waivers, versionsOf, nowMs);
  if (report?.vulnerabilities === undefined) {
    const said = report?.message ?? 'npm audit gave no report';
    const lines = [
      `no advisories could be read, so nothing is known: ${said}`,
      'next: run it where a registry answers for advisories (npm config get registry), or ask another',
      '      one for this run alone: npm run audit -- --registry <url>',
    ];
    return { is: 'unknown', lines: [...lines, ...stale] };
  }
  const hits = hitsOf(report);
  const isWaived = (hit: Hit): boolean =>
    waivers.some(
      (waiver) =>
        waiver.advisory === hit.advisory &&
        waiver.package === hit.package &&
        versionsOf(hit.package).every((version) => version === waiver.version),
    );
  const lines = hits.map((hit) => {
    const text = `${hit.severity} ${hit.package}: ${hit.advisory} ${hit.title}`;
    return isWaived(hit) ? `${text} (waived)` : text;
  });
  const open = hits.filter((hit) => forbidden.includes(hit.severity) && !isWaived(hit));
  const isClean = open.length === 0 && stale.length === 0;
  return { is: isClean ? 'clean' : 'red', lines: [...lines, ...stale] };
}
