import { cellFaults } from './cells';
import type { CellFault, Direction } from './cells';
import type { Explored } from './explore';
import type { CellResult } from './cell/run-cell';

/** One row of the matrix: a step in one direction, with a mark under every fault. */
export interface MatrixRow {
  readonly step: string;
  readonly direction: Direction;
  readonly marks: readonly Mark[];
}

/** `✓` green, `✗` red, `·` not run this time, `–` there is no such cell. */
export interface Mark {
  readonly fault: CellFault;
  readonly sign: '✓' | '✗' | '·' | '–';
  readonly result?: CellResult;
}

/** Cells of the whole matrix, as far as they exist. */
export interface MatrixOptions {
  readonly isPossible: (row: Pick<MatrixRow, 'step' | 'direction'>, fault: CellFault) => boolean;
}

/** Arranges what was found: rows are steps and directions, columns are faults. */
export function matrixOf(explored: Explored, options: MatrixOptions): readonly MatrixRow[] {
  const byId = new Map(explored.results.map((result) => [result.cell.id, result]));
  return explored.steps.flatMap(({ name }) =>
    (['forward', 'undo'] as const).flatMap((direction) => {
      const row = { step: name, direction };
      if (!cellFaults.some((fault) => options.isPossible(row, fault))) return [];
      const marks = cellFaults.map((fault): Mark => {
        if (!options.isPossible(row, fault)) return { fault, sign: '–' };
        const result = byId.get(`${name}/${direction}/${fault}`);
        if (result === undefined) return { fault, sign: '·' };
        return { fault, sign: result.problems.length === 0 ? '✓' : '✗', result };
      });
      return [{ ...row, marks }];
    }),
  );
}

/** Red cells, in the order they were found. */
export function redOf({ results }: Pick<Explored, 'results'>): readonly CellResult[] {
  return results.filter(({ problems }) => problems.length > 0);
}

/** The command that runs one cell again as it ran here. */
export function replayCommand({ saga, seed }: Explored, { cell }: CellResult): string {
  return `holdfast verify ${saga} --seed ${seed} --only "${cell.id}"`;
}

/** The matrix for a terminal, with every red cell and the command that replays it below. */
export function matrixLines(explored: Explored, rows: readonly MatrixRow[]): readonly string[] {
  const labels = rows.map(({ step, direction }) => `${step} ${direction === 'undo' ? '↶' : '→'}`);
  const width = Math.max(0, ...labels.map((label) => label.length));
  const heads = cellFaults.map((fault, column) => {
    return `${' '.repeat(width)}  ${'│ '.repeat(column)}┌ ${fault}`;
  });
  const body = rows.map(({ marks }, index) => {
    return `${(labels[index] ?? '').padEnd(width)}  ${marks.map(({ sign }) => sign).join(' ')}`;
  });
  const red = redOf(explored).flatMap((result) => [
    `✗ ${result.cell.id}  (seed ${result.cell.seed}, ${result.workflowId})`,
    ...result.problems.map((problem) => `    ${problem}`),
    `    again: ${replayCommand(explored, result)}`,
  ]);
  return [...heads, ...body, '', ...red, ...explored.violations.map((one) => `✗ ${one}`)];
}

/** One sentence at the end. */
export function summaryOf(explored: Explored): string {
  const { results, violations, durationMs, saga, seed } = explored;
  const red = redOf(explored).length;
  const counts = `${results.length} cells, ${results.length - red} green, ${red} red`;
  const time = `${Math.round(durationMs / 1000)} s`;
  return `${saga}: ${counts}; ${violations.length} violations over all; seed ${seed}; ${time}`;
}
