import type { Configuration } from './configurations';
import type { Found } from './explore/search';

/** What a configuration allows, in a line. */
export function describe(config: Configuration): string {
  const { verbs, terminations, resets, turns, pauses } = config;
  const counts = Object.entries({ verbs, terminations, resets, turns, pauses })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${what} ${count}`);
  return [config.name, ...counts].join(', ');
}

/** One line of the table. */
export function row(title: string, found: Found): string {
  const count = (value: number): string => value.toLocaleString('en-US').padStart(12);
  const verdict = found.problem?.what ?? (found.isExhaustive ? 'holds' : 'NOT EXHAUSTED');
  const seconds = `${found.seconds.toFixed(1)} s`.padStart(9);
  return `${title.padEnd(66)}${count(found.states)}${count(found.transitions)}${seconds}  ${verdict}`;
}

export const heading = `${'configuration'.padEnd(66)}${'states'.padStart(12)}${'transitions'.padStart(12)}${'time'.padStart(9)}`;

/** A counterexample, a numbered line per move. */
export function traceText(found: Found): string {
  const moves = found.problem?.trace ?? [];
  return moves.map((move, index) => `  ${String(index).padStart(3)}. ${move}`).join('\n');
}
