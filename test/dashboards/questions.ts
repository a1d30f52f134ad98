import type { BoardSpec } from '../../deploy/dashboards/panel';

/** One query of one panel, as it is asked: for every saga. */
export interface Question {
  readonly board: string;
  readonly panel: string;
  readonly legend: string;
  readonly expr: string;
  /** Why no series is an answer too. */
  readonly mayBeEmpty?: string;
}

/** What a question was answered with. */
export interface Found extends Question {
  readonly series: number;
}

/** Every query of every panel of every board. */
export function questionsOf(boards: readonly BoardSpec[]): readonly Question[] {
  return boards.flatMap(({ name: board, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap(({ title: panel, queries, mayBeEmpty }) =>
        Object.entries(queries).map(([legend, expr]) => ({
          ...{ board, panel, legend, expr: expr.replaceAll('$saga', '.*') },
          ...(mayBeEmpty === undefined ? {} : { mayBeEmpty }),
        })),
      ),
    ),
  );
}

/** Those that should have been answered with a series and were not. */
export const emptyOf = (found: readonly Found[]): readonly Found[] =>
  found.filter(({ series, mayBeEmpty }) => series === 0 && mayBeEmpty === undefined);

/** Numbers there are in an answer of Prometheus: `NaN` and `+Inf` are no line in any panel. */
export function numbersOf(values: readonly string[]): readonly number[] {
  return values.map(Number).filter((value) => !Number.isNaN(value));
}

/** A line for each query, and what is wrong, for people. */
export function tableOf(found: readonly Found[]): string {
  const lines = found.map((one) => {
    const why = one.series === 0 ? (one.mayBeEmpty ?? 'EMPTY') : '';
    return [one.board, one.panel, one.legend, String(one.series), why];
  });
  const widths = [0, 1, 2, 3].map((at) => Math.max(...lines.map((line) => line[at]!.length)));
  const text = lines.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}
