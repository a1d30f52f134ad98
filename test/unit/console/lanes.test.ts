import { lanesOf } from '../../../console/src/saga/lanes';
import type { Bar, LaneRow } from '../../../console/src/saga/lanes';
import { at, ofStep, saga, startMs, step } from './sagas';

const nowMs = startMs + 10_000;

const declined = {
  saga: saga(
    [
      step('open order', [10, 220], { status: 'undone' }),
      step('reserve stock', [40, 180], { status: 'undone' }),
      step('authorize payment', [40, 140], { status: 'undone', reason: 'CARD_DECLINED' }),
    ],
    { state: 'compensated', reason: 'CARD_DECLINED', finishedAt: at(230) },
  ),
  events: [
    ofStep('open order', 'forward', 24),
    ofStep('reserve stock', 'forward', 60),
    ofStep('authorize payment', 'forward', 96, 'payment.declined'),
    ofStep('reserve stock', 'undo', 168),
    ofStep('open order', 'undo', 212),
  ],
  nowMs,
};

const nameOf = ({ step: { name } }: LaneRow): string => name;
const undoOf = (rows: readonly LaneRow[], name: string): Bar =>
  rows.find((row) => nameOf(row) === name)?.undo ?? fail(`${name} has no undo`);
function fail(says: string): never {
  throw new Error(says);
}

test('undos stand in the order of the steps and run in the reverse of it', () => {
  const { undo } = lanesOf(declined);
  expect(undo.map(nameOf)).toEqual(['open order', 'reserve stock', 'authorize payment']);
  const lefts = undo.map((row) => row.undo?.left ?? NaN);
  expect(lefts).toEqual([...lefts].sort((one, other) => other - one));
});

test('an undo begins where the one before it ended, the first where the last step was over', () => {
  const { undo } = lanesOf(declined);
  const first = undoOf(undo, 'authorize payment');
  expect(first.span).toMatchObject({ fromMs: startMs + 96, toMs: startMs + 140 });
  expect(first.isBeginGuessed).toBe(true);
  expect(undoOf(undo, 'reserve stock').span.fromMs).toBe(startMs + 140);
  expect(undoOf(undo, 'open order').span).toMatchObject({
    fromMs: startMs + 180,
    toMs: startMs + 220,
  });
});

test('no undo begins before its step was over', () => {
  for (const { forward, undo } of lanesOf(declined).undo)
    expect(undo?.span.fromMs).toBeGreaterThanOrEqual(forward?.span.toMs ?? Infinity);
});

test('the step that was refused shows it in its forward bar, and its reason nowhere else', () => {
  const { forward } = lanesOf(declined);
  expect(forward.map((row) => row.forward?.status)).toEqual(['done', 'done', 'refused']);
  expect(forward.at(-1)?.forward?.reason).toBe('CARD_DECLINED');
  expect(forward.at(-1)?.undo?.reason).toBeUndefined();
});

test('without the events of the log an undone step ends where the next one began', () => {
  const { forward } = lanesOf({ ...declined, events: [] });
  expect(forward[0]?.forward?.span.toMs).toBe(startMs + 40);
});

test('a saga that goes forward has no lane of compensation', () => {
  const steps = [step('open order', [10, 30]), step('capture payment', [40], { kind: 'pivot' })];
  const { undo, forward, pivotAt } = lanesOf({ saga: saga(steps), events: [], nowMs });
  expect(undo).toEqual([]);
  expect(forward[1]).toMatchObject({ isPivot: true, forward: { isOpen: true } });
  expect(pivotAt).toBe(forward[1]?.forward?.left);
});

test('a step that is under way reaches to now', () => {
  const { forward, scale } = lanesOf({
    ...{ saga: saga([step('open order', [10], { status: 'started' })]), events: [], nowMs },
  });
  expect(forward[0]?.forward?.span.toMs).toBe(nowMs);
  expect(scale.toMs).toBe(nowMs);
  expect(forward[0]?.forward?.says).toMatch(/^open order: started, .* so far$/);
});

test('a step parked forward waits from the moment it was parked', () => {
  const place = { step: 'ship stock', direction: 'forward', condition: 'nothing-stands' };
  const parked = [{ ...place, reason: 'STORE_UNAVAILABLE', since: at(5_000) }];
  const steps = [step('ship stock', [100], { status: 'parked', kind: 'retriable' })];
  const [row] = lanesOf({
    saga: saga(steps, { state: 'parked', parked }),
    events: [],
    nowMs,
  }).forward;
  const bar = row?.forward ?? fail('no bar');
  expect(row?.isParked).toBe(true);
  expect(bar.span).toMatchObject({ parkedFromMs: startMs + 5_000, toMs: nowMs, isOpen: true });
  expect(bar.parkedLeft).toBeGreaterThan(bar.left);
  expect(bar.parkedLeft).toBeLessThan(bar.left + bar.width);
});

test('an undo that is parked leaves its step done, and waits in the lane of compensation', () => {
  const place = { step: 'reserve stock', direction: 'undo', condition: 'effect-stands' };
  const parked = [{ ...place, reason: 'UNDO_IMPOSSIBLE', since: at(900) }];
  const steps = [
    step('open order', [10, 30]),
    step('reserve stock', [40], { status: 'parked', reason: 'UNDO_IMPOSSIBLE' }),
    step('authorize payment', [40, 600], { status: 'undone' }),
  ];
  const events = [
    ofStep('reserve stock', 'forward', 60),
    ofStep('authorize payment', 'forward', 80),
    ofStep('authorize payment', 'undo', 590),
  ];
  const told = saga(steps, { state: 'parked', reason: 'DEADLINE', parked });
  const { forward, undo } = lanesOf({ saga: told, events, nowMs });
  expect(undo.map(nameOf)).toEqual(['reserve stock', 'authorize payment']);
  expect(forward[1]?.forward).toMatchObject({ status: 'done', isOpen: false });
  expect(forward[1]?.forward?.reason).toBeUndefined();
  expect(undoOf(undo, 'reserve stock')).toMatchObject({
    ...{ status: 'parked', reason: 'UNDO_IMPOSSIBLE', isOpen: true },
    span: { fromMs: startMs + 600, parkedFromMs: startMs + 900, toMs: nowMs },
  });
});

test('an effect that a person left in place says so', () => {
  const steps = [step('open order', [10, 200], { status: 'skipped', leftInPlace: true })];
  const ended = saga(steps, { state: 'compensated', finishedAt: at(210) });
  const { undo } = lanesOf({ saga: ended, events: [ofStep('open order', 'forward', 20)], nowMs });
  expect(undo[0]?.undo?.status).toBe('left in place');
});

test('a saga without steps has an axis all the same', () => {
  const { forward, scale } = lanesOf({ saga: saga([]), events: [], nowMs });
  expect(forward).toEqual([]);
  expect(scale.at(startMs)).toBe(0);
});
