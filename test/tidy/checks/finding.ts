/** One broken rule at one place: what every check of this ring answers with. */
export interface Finding {
  /** Path from the root of the repository, with slashes. */
  readonly file: string;
  /** 1-based; left out where the whole file is meant. */
  readonly line?: number;
  readonly problem: string;
}

/** One line per finding, sorted, so that a failing test prints all of them and nothing else. */
export function describeFindings(findings: readonly Finding[]): string {
  return findings
    .map(({ file, line, problem }) => `${file}${line === undefined ? '' : `:${line}`}  ${problem}`)
    .sort()
    .join('\n');
}
