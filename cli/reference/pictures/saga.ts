import type { DrawnStep } from './drawn-steps';
import { arrow, box, picture, text } from './svg';
import type { Tone } from './svg';

const rowHeight = 68;
const boxSize = { width: 220, height: 46 };
const left = 120;
const right = 440;
const top = 64;

const tones: Readonly<Record<DrawnStep['kind'], Tone>> = {
  compensatable: 'ours',
  pivot: 'turn',
  retriable: 'good',
  wait: 'plain',
};

const words: Readonly<Record<DrawnStep['kind'], string>> = {
  compensatable: 'compensatable',
  pivot: 'pivot',
  retriable: 'retriable',
  wait: 'waits',
};

const yOf = (row: number): number => top + row * rowHeight;
const centre = left + boxSize.width / 2;

function rowOf(step: DrawnStep, row: number): readonly string[] {
  const y = yOf(row);
  const middle = y + boxSize.height / 2;
  const forward = box({ x: left, y }, boxSize, {
    lines: [step.name, step.does],
    tone: tones[step.kind],
  });
  const kind = text({ x: left - 12, y: middle + 4 }, words[step.kind], {
    ...{ anchor: 'end', size: 12, faint: true },
  });
  if (step.undo === undefined) return [forward, kind];
  const undo = box({ x: right, y }, boxSize, { lines: [step.undo], tone: 'bad', dashed: true });
  const way = arrow(
    { x: left + boxSize.width, y: middle },
    { x: right, y: middle },
    {
      dashed: true,
      label: 'undo',
    },
  );
  return [forward, kind, undo, way];
}

/** Arrows from step to step, and back from undo to undo. */
function waysOf(steps: readonly DrawnStep[]): readonly string[] {
  const x = right + boxSize.width / 2;
  const undone = steps.flatMap(({ undo }, row) => (undo === undefined ? [] : [row]));
  return [
    ...steps.slice(1).map((step, index) => {
      const from = { x: centre, y: yOf(index) + boxSize.height };
      const isSideBySide = step.block !== undefined && step.block === steps[index]?.block;
      const to = { x: centre, y: yOf(index + 1) };
      return isSideBySide
        ? text({ x: centre, y: (from.y + to.y) / 2 + 4 }, 'side by side', { size: 11, faint: true })
        : arrow(from, to);
    }),
    ...undone.slice(1).map((row, index) => {
      const before = undone[index] ?? 0;
      return arrow({ x, y: yOf(row) }, { x, y: yOf(before) + boxSize.height }, { dashed: true });
    }),
  ];
}

function turnOf(steps: readonly DrawnStep[]): readonly string[] {
  const row = steps.findIndex(({ kind }) => kind === 'pivot');
  if (row < 0) return [];
  const y = yOf(row) + boxSize.height / 2;
  return [
    text({ x: right, y: y - 4 }, 'the point of no return:', { anchor: 'start', bold: true }),
    text({ x: right, y: y + 14 }, 'up to here back, from here on forward', {
      ...{ anchor: 'start', size: 12, faint: true },
    }),
  ];
}

/** The steps of a saga from above to below, and beside each what undoes it. */
export function sagaPicture(name: string, steps: readonly DrawnStep[]): string {
  const size = { width: 700, height: yOf(steps.length) + 4 };
  const heading = { size: 13, bold: true };
  return picture(size, `The saga ${name}: its steps, and what undoes them`, [
    text({ x: centre, y: 36 }, `${name}: forward`, heading),
    text({ x: right + boxSize.width / 2, y: 36 }, 'and back, in reverse order', heading),
    ...waysOf(steps),
    ...steps.flatMap(rowOf),
    ...turnOf(steps),
  ]);
}
