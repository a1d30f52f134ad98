import type { PairsResult, PairViolation } from '../../../platform/testing/pairs';

/** Violations that are told in full; the JSON has all. */
const toldMax = 20;

/** The command that runs one run again, alone, and tells its story. */
export function againCommand(
  { saga }: Pick<PairsResult, 'saga'>,
  { run }: Pick<PairViolation, 'run'>,
  file?: string,
): string {
  const input = file === undefined ? '' : ` --input "${file}"`;
  return `holdfast verify ${saga} --pairs${input} --only "${run}"`;
}

/** What the pairs of one saga showed, for a terminal: every broken promise, then one sentence. */
export function pairsLines(result: PairsResult, file?: string): readonly string[] {
  const { saga, steps, cells, runs, outcomes, violations, durationMs } = result;
  const told = violations
    .slice(0, toldMax)
    .flatMap((violation) => [
      `✗ ${violation.run}`,
      ...violation.problems.map((problem) => `    ${problem}`),
      `    again: ${againCommand(result, violation, file)}`,
    ]);
  const left = violations.length - toldMax;
  const ended = Object.entries(outcomes)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([outcome, count]) => `${count} ${outcome}`);
  const counts = `${steps.length} steps, ${cells} cells, ${runs} runs: ${ended.join(', ')}`;
  const time = `${(durationMs / 1000).toFixed(1)} s`;
  return [
    ...told,
    ...(left > 0 ? [`… and ${left} more: --json has them all`] : []),
    `${saga}: ${counts}; ${violations.length} violations; ${time}`,
  ];
}

/** Says how far the runs of a saga are, at every twentieth of them. */
export function progressTo(
  saga: string,
  say: (line: string) => void,
): (progress: { readonly done: number; readonly all: number }) => void {
  let told = 0;
  return ({ done, all }) => {
    const twentieths = Math.floor((done * 20) / all);
    if (twentieths === told) return;
    told = twentieths;
    say(`  … ${saga}: ${done} of ${all} runs`);
  };
}
