import type { Place } from '../../../platform/saga/plan/way-back';
import { wavesBack } from '../../../platform/saga/plan/way-back';

const at = (name: string, ...place: Place) => ({ name, place });

describe('the way back', () => {
  it('undoes a sequence in reverse, one after the other', () => {
    const steps = [at('a', 0), at('b', 1), at('c', 2)];
    expect(wavesBack(steps)).toEqual([['c'], ['b'], ['a']]);
  });

  it('undoes branches side by side, each from its end, between what came after and before them', () => {
    const steps = [
      at('before', 0),
      at('stock 1', 1, 'stock', 0),
      at('money', 1, 'money', 0),
      at('stock 2', 1, 'stock', 1),
      at('after', 2),
    ];
    expect(wavesBack(steps)).toEqual([['after'], ['stock 2', 'money'], ['stock 1'], ['before']]);
  });

  it('goes into blocks within branches', () => {
    const steps = [
      at('x', 0, 'left', 0),
      at('y', 0, 'left', 1, 'up', 0),
      at('z', 0, 'left', 1, 'down', 0),
      at('w', 0, 'right', 0),
    ];
    expect(wavesBack(steps)).toEqual([['y', 'z', 'w'], ['x']]);
  });

  it('does not depend on the order the steps were started in', () => {
    const steps = [at('a', 0), at('b', 1, 'l', 0), at('c', 1, 'r', 0), at('d', 10)];
    const sorted = (waves: readonly (readonly string[])[]) => waves.map((wave) => [...wave].sort());
    expect(sorted(wavesBack([...steps].reverse()))).toEqual(sorted(wavesBack(steps)));
    expect(wavesBack(steps)[0]).toEqual(['d']);
  });
});
