import { createLagWatch } from '../../../platform/event-log/projector/lag';

/** Looks at one partition, each as `[at second, end of the log, next offset]`: the seconds it is behind. */
function behind(...looks: readonly (readonly [number, number, number])[]): readonly number[] {
  let second = 0;
  const lagOf = createLagWatch(() => second * 1_000);
  return looks.map(([at, high, nextOffset]) => {
    second = at;
    return lagOf('sagas/0', { high: BigInt(high), nextOffset: BigInt(nextOffset) }).seconds;
  });
}

describe('how far a projection is behind, in seconds', () => {
  test('it is behind for as long as an end of the log is known that it has not reached', () => {
    expect(behind([0, 10, 10], [2, 12, 10], [4, 12, 10], [6, 12, 12])).toEqual([0, 0, 2, 0]);
  });

  test('one that always has something to do is not behind, if it is never the same', () => {
    const busy = Array.from({ length: 100 }, (_, look) => [look * 2, look * 50, look * 50 - 5]);
    const found = behind(...(busy as [number, number, number][]));
    expect(Math.max(...found)).toBe(0);
  });

  test('it grows while the log does and nothing is applied, and falls as far as is caught up', () => {
    expect(behind([0, 5, 5], [10, 6, 5], [20, 7, 5], [30, 8, 5], [40, 9, 7])).toEqual([
      ...[0, 0, 10, 20, 10],
    ]);
  });

  test('an hour without any news is no lag', () => {
    expect(behind([0, 5, 5], [3_600, 5, 5], [3_602, 6, 5])).toEqual([0, 0, 0]);
  });

  test('a day that it stands still is remembered in bounds, and from its beginning', () => {
    const looks = Array.from({ length: 43_200 }, (_, look) => [look * 2, 10 + look, 9]);
    expect(behind(...(looks as [number, number, number][])).at(-1)).toBe(86_398);
  });

  test('records are counted, and each partition for itself', () => {
    const lagOf = createLagWatch(() => 0);
    expect(lagOf('sagas/0', { high: 7n, nextOffset: 5n }).records).toBe(2);
    expect(lagOf('sagas/1', { high: 7n, nextOffset: 7n })).toEqual({ records: 0, seconds: 0 });
  });
});
