import { createOutliers, outlierLimits } from '../../../platform/discovery/outlier';
import type { Outcome } from '../../../platform/discovery/outlier';

const three = ['a', 'b', 'c'];
const { ejectedMs } = outlierLimits;

/** Notes one outcome after the other, all at the same moment. */
function noted(outliers: ReturnType<typeof createOutliers>, nowMs: number) {
  return (id: string, ...outcomes: Outcome[]) =>
    outcomes.map((outcome) => outliers.note(id, outcome, nowMs)).filter(Boolean);
}

describe('a sick instance', () => {
  test('is left alone when it did not answer once, and asked again afterwards', () => {
    const outliers = createOutliers();
    expect(noted(outliers, 1_000)('a', 'fault')).toEqual(['fault']);
    expect([...outliers.ejected(three, 1_000 + ejectedMs - 1)]).toEqual(['a']);
    expect([...outliers.ejected(three, 1_000 + ejectedMs)]).toEqual([]);
  });

  test('that answers is left alone after three errors in a row, a 500 among them', () => {
    const outliers = createOutliers();
    const note = noted(outliers, 1_000);
    expect(note('a', 'error', 'error', 'ok', 'error', 'error', 'unknown')).toEqual([]);
    expect(note('a', 'error')).toEqual(['errors']);
  });

  test('is left alone for longer each time, up to a minute, and afresh after a calm one', () => {
    const outliers = createOutliers();
    const lengths: number[] = [];
    let nowMs = 100_000;
    for (let times = 1; times <= 14; times += 1) {
      outliers.note('a', 'fault', nowMs);
      let length = 0;
      while (outliers.ejected(three, nowMs + length).has('a')) length += 1_000;
      lengths.push(length);
      nowMs += length;
    }
    expect(lengths.slice(0, 3)).toEqual([ejectedMs, 2 * ejectedMs, 3 * ejectedMs]);
    expect(lengths.at(-1)).toBe(outlierLimits.ejectedMsMax);
    outliers.note('a', 'fault', nowMs + outlierLimits.calmMs + 1);
    expect(outliers.ejected(three, nowMs + outlierLimits.calmMs + ejectedMs + 1).size).toBe(0);
  });

  test('is not left alone for longer by what was under way when it was ejected', () => {
    const outliers = createOutliers();
    expect(noted(outliers, 1_000)('a', 'fault', 'fault', 'fault')).toEqual(['fault']);
    expect(outliers.ejected(three, 1_000 + ejectedMs).size).toBe(0);
  });

  test('starts afresh when it has left the list', () => {
    const outliers = createOutliers();
    outliers.note('a', 'fault', 1_000);
    outliers.keep(new Set(['b', 'c']));
    expect(outliers.ejected(three, 1_000).size).toBe(0);
  });
});

test.each([
  [1, 0],
  [2, 1],
  [3, 2],
  [4, 2],
  [6, 4],
])('of %d sick instances %d are left alone: never all', (count, expected) => {
  const outliers = createOutliers();
  const ids = Array.from({ length: count }, (_, index) => `i${index}`);
  ids.forEach((id) => outliers.note(id, 'fault', 1_000));
  expect(outliers.ejected(ids, 1_000).size).toBe(expected);
});
