import { cellsOf, outcomeOf, planOf, sampleOf, turningStep } from '../../../cli/verify/cells';
import type { Cell, ExploredStep } from '../../../cli/verify/cells';
import { isPossible } from '../../../cli/verify/cells';
import { htmlOf } from '../../../cli/verify/html';
import { matrixLines, matrixOf } from '../../../cli/verify/report';
import type { Explored } from '../../../cli/verify/explore';

const reserve: ExploredStep = {
  name: 'reserve <stock>',
  kind: 'compensatable',
  participant: 'inventory',
  refusal: 'OUT_OF_STOCK',
};
const capture: ExploredStep = { ...reserve, name: 'capture', kind: 'pivot', refusal: 'NO' };
const confirm: ExploredStep = { ...reserve, name: 'confirm', kind: 'retriable', refusal: '' };
const steps = [reserve, capture, confirm];
const cells = cellsOf(steps, 7);
const cellOf = (id: string): Cell => {
  const found = cells.find((cell) => cell.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

test('every step has forward cells, and only a compensatable one has undo cells', () => {
  const undone = cells.filter(({ direction }) => direction === 'undo');
  expect(new Set(undone.map(({ step }) => step.name))).toEqual(new Set([reserve.name]));
  expect(cells).toHaveLength(13 + 13 + 13 + 12);
});

test('a step whose contract lists no refusals has no refusal cell, and no forward is impossible', () => {
  expect(cells.map(({ id }) => id)).not.toContain('confirm/forward/refusal');
  expect(cells.map(({ id }) => id)).not.toContain('capture/forward/undo-fails');
});

test('the same seed chooses the same sample, another one another', () => {
  const ids = (seed: number) => sampleOf(cellsOf(steps, seed), 5).map(({ id }) => id);
  expect(ids(7)).toEqual(ids(7));
  expect(ids(7)).not.toEqual(ids(8));
});

test('a backward cell turns the saga back by a refusal of the pivot', () => {
  expect(turningStep(steps)).toBe(capture);
  expect(turningStep([reserve, confirm])).toBe(confirm);
  expect(planOf(cellOf('reserve <stock>/undo/killed'), capture)).toEqual([
    expect.objectContaining({ step: reserve.name, kind: 'undo', fault: 'killed', times: 1 }),
    expect.objectContaining({ step: 'capture', kind: 'forward', fault: 'refusal', code: 'NO' }),
  ]);
});

test('a pause before the point of no return outlasts the saga, one after it only an attempt', () => {
  const faults = (id: string) => planOf(cellOf(id), capture).map(({ fault }) => fault);
  expect(faults('capture/forward/paused')).toEqual(['held', 'error-before']);
  expect(faults('confirm/forward/paused')).toEqual(['held']);
});

test.each([
  ['reserve <stock>/forward/reply-lost', 'completed'],
  ['reserve <stock>/forward/cancel', 'cancelled'],
  ['capture/forward/cancel', 'completed'],
  ['capture/forward/deadline', 'compensated'],
  ['confirm/forward/terminate', 'completed'],
  ['reserve <stock>/undo/terminate', 'compensated'],
] as const)('%s has to end as %s', (id, outcome) => {
  expect(outcomeOf(cellOf(id))).toBe(outcome);
});

describe('a report', () => {
  const result = (id: string, ...problems: string[]) => ({
    ...{ cell: cellOf(id), outcome: 'completed', problems, parked: [] },
    ...{ workflowId: 'place-order:1', durationMs: 1 },
  });
  const explored: Explored = {
    ...{ saga: 'place-order', seed: 7, steps, violations: [], durationMs: 2_000 },
    results: [result('capture/forward/killed'), result('capture/forward/poison', 'I1: <bad>')],
  };
  const byName = (name: string) => steps.find((step) => step.name === name) ?? reserve;
  const rows = matrixOf(explored, {
    isPossible: ({ step, direction }, fault) => isPossible(byName(step), direction, fault),
  });

  test('marks green, red, not run and not there, and says how to run a red cell again', () => {
    expect(rows.map(({ step, direction }) => `${step}/${direction}`)).toHaveLength(4);
    const text = matrixLines(explored, rows).join('\n');
    expect(text).toMatch(/capture → +· · · · · ✓ · · ✗ – · · · ·/);
    expect(text).toContain('holdfast verify place-order --seed 7 --only "capture/forward/poison"');
  });

  test('is a page that shows names and problems as text, never as markup', () => {
    const page = htmlOf(explored, rows);
    expect(page).toContain('reserve &lt;stock&gt;');
    expect(page).toContain('I1: &lt;bad&gt;');
    expect(page).not.toContain('<bad>');
  });
});
