import { Readable } from 'node:stream';
import { planAfterTermination, planOf } from '../../../cli/verify/cell/plan';
import { cellsOf, outcomeOf, sampleOf, statusesOf, turningStep } from '../../../cli/verify/cells';
import type { Cell, ExploredStep } from '../../../cli/verify/cells';
import { isPossible } from '../../../cli/verify/cells';
import { countedProblems } from '../../../cli/verify/counted';
import { anyRun } from '../../../cli/verify/family';
import { htmlOf } from '../../../cli/verify/html';
import { matrixLines, matrixOf } from '../../../cli/verify/report';
import type { Explored } from '../../../cli/verify/explore';
import type { StoredEvent } from '../../../platform/outbox/ports';

const reserve: ExploredStep = {
  name: 'reserve <stock>',
  ofChild: false,
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
  expect(planOf(cellOf('reserve <stock>/undo/killed'), capture, 'x')).toEqual([
    expect.objectContaining({ step: reserve.name, kind: 'undo', fault: 'killed', times: 1 }),
    expect.objectContaining({ step: 'capture', kind: 'forward', fault: 'refusal', code: 'NO' }),
  ]);
});

test('a pause before the point of no return outlasts the saga, one after it only an attempt', () => {
  const faults = (id: string) => planOf(cellOf(id), capture, 'x').map(({ fault }) => fault);
  expect(faults('capture/forward/paused')).toEqual(['held', 'error-before']);
  expect(faults('confirm/forward/paused')).toEqual(['held']);
});

test('a saga is cancelled and terminated at the step and nowhere else: every attempt is held', () => {
  for (const fault of ['cancel', 'raw-cancel', 'terminate']) {
    const plan = planOf(cellOf(`capture/forward/${fault}`), capture, 'x');
    expect(plan).toMatchObject([
      { fault: 'held', times: 1 },
      { fault: 'held', untilReleased: true },
    ]);
  }
});

test('a recovery of a terminated saga meets nothing but the refusal that turned it back', () => {
  const plan = planAfterTermination(cellOf('reserve <stock>/undo/terminate'), capture, 'x');
  expect(plan).toMatchObject([
    { kind: 'undo', fault: 'held', times: 1 },
    { step: 'capture', fault: 'refusal' },
  ]);
});

test('replies are lost until the deadline has passed, however often the step is tried', () => {
  const [fault] = planOf(cellOf('capture/forward/deadline'), capture, 'x');
  expect(fault).toMatchObject({ fault: 'reply-lost', untilReleased: true });
  expect(fault?.times).toBeGreaterThan(1_000);
});

test('a step without refusals is refused all the same where it has to turn the saga back', () => {
  const [, turned] = planOf(cellOf('reserve <stock>/undo/killed'), confirm, 'x');
  expect(turned).toMatchObject({ step: 'confirm', fault: 'refusal', code: 'EXPLORED' });
});

test('a step is named alike in every run, and after the run where it meets its fault', () => {
  const step = { ...reserve, name: anyRun('reserve:lot-calm-1', 'calm-1') };
  const [cell] = cellsOf([step], 7);
  expect(cell?.id).toBe('reserve:lot-{run}/forward/error-before');
  expect(planOf(cell as Cell, capture, 'x-2')).toMatchObject([{ step: 'reserve:lot-x-2' }]);
});

test('what a child goes back for is a refusal to its parent, or the end of its time', () => {
  const [cell] = cellsOf([{ ...reserve, ofChild: true }], 7);
  expect(statusesOf(cell as Cell, 'compensated')).toEqual(['COMPLETED', 'FAILED']);
});

test.each([
  ['reserve <stock>/forward/refusal', 'compensated', ['COMPLETED']],
  ['reserve <stock>/forward/deadline', 'compensated', ['FAILED']],
  ['reserve <stock>/undo/killed', 'compensated', ['COMPLETED']],
  ['reserve <stock>/undo/terminate', 'compensated', ['FAILED']],
  ['reserve <stock>/forward/cancel', 'cancelled', ['CANCELLED']],
  ['confirm/forward/killed', 'completed', ['COMPLETED']],
] as const)('%s, %s, is shown by Temporal as %s', (id, outcome, statuses) => {
  expect(statusesOf(cellOf(id), outcome)).toEqual(statuses);
});

describe('over all sagas together', () => {
  const workflowId = 'place-order:1';
  const own = { correlationId: workflowId, sagaId: `${workflowId}/run` };
  const effect = { ...own, step: 'reserve', direction: 'forward', epoch: 0 };
  const reserved = { ...effect, aggregateId: 'sku-1', type: 'stock.reserved' };
  const finished = { aggregateId: `saga/${workflowId}`, type: 'saga.finished' };
  const counted = (...events: object[]) =>
    countedProblems({ events: () => Readable.from(events) as AsyncIterable<StoredEvent> }, [
      { workflowId, outcome: 'completed' },
    ]);

  test('an effect once and one terminal record are in order', async () => {
    expect(await counted(reserved, { ...reserved, epoch: 1 }, finished)).toEqual([]);
  });

  test('the same effect twice, a second terminal record and none are found', async () => {
    expect(await counted(reserved, reserved, finished)).toEqual([
      expect.stringMatching(/^I3: recorded 2 times: .*stock\.reserved$/),
    ]);
    expect(await counted(finished, finished)).toEqual([expect.stringMatching(/^I8: .* 2 /)]);
    expect(await counted(reserved)).toEqual([expect.stringMatching(/^I8: .* 0 /)]);
  });

  test("another saga's events are not counted", async () => {
    const other = { ...reserved, correlationId: 'place-order:2', sagaId: 'place-order:2/run' };
    expect(await counted(other, other, finished)).toEqual([]);
  });

  test('a child of it is counted with it', async () => {
    const child = { ...own, aggregateId: 'saga/lots:1' };
    const started = { ...child, type: 'saga.started' };
    const ended = { ...child, type: 'saga.finished' };
    const ship = { ...reserved, sagaId: 'lots:1/run' };
    expect(await counted(started, ship, ended, finished)).toEqual([]);
    expect(await counted(started, ship, ship, finished)).toEqual([
      expect.stringMatching(/^I3: recorded 2 times: lots/),
      expect.stringMatching(/^I8: saga.lots:1 has 0 /),
    ]);
  });
});

test.each([
  ['reserve <stock>/forward/reply-lost', 'completed'],
  ['reserve <stock>/forward/cancel', 'cancelled'],
  ['capture/forward/cancel', 'completed'],
  ['reserve <stock>/forward/deadline', 'compensated'],
  ['capture/forward/paused', 'compensated'],
  ['capture/forward/deadline', 'completed'],
  ['confirm/forward/terminate', 'completed'],
  ['reserve <stock>/undo/terminate', 'compensated'],
] as const)('%s has to end as %s', (id, outcome) => {
  expect(outcomeOf(cellOf(id))).toBe(outcome);
});

describe('a report', () => {
  const result = (id: string, ...problems: string[]) => ({
    ...{ cell: cellOf(id), outcome: 'completed', problems, parked: [] },
    ...{ workflowId: 'place-order:1', family: ['place-order:1'], durationMs: 1 },
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
    const page = htmlOf([{ explored, rows }]);
    expect(page).toContain('reserve &lt;stock&gt;');
    expect(page).toContain('I1: &lt;bad&gt;');
    expect(page).not.toContain('<bad>');
  });
});
