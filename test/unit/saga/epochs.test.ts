import fc from 'fast-check';
import type { MessageKind } from '../../../platform/kernel/step';
import { epochOfCounter, sent, unsent } from '../../../platform/saga/plan/epochs';

const after = (...kinds: MessageKind[]) => kinds.reduce(sent, unsent);

describe('the epochs of a step', () => {
  it.each<[MessageKind[], number]>([
    [['forward'], 0],
    [['forward', 'forward'], 0],
    [['forward', 'undo'], 0],
    [['forward', 'undo', 'undo'], 0],
    [['forward', 'settle'], 0],
    [['forward', 'settle', 'settle'], 0],
    [['forward', 'undo', 'settle'], 0],
    [['forward', 'undo', 'forward'], 1],
    [['forward', 'settle', 'forward'], 1],
    [['forward', 'settle', 'undo'], 1],
    [['forward', 'undo', 'settle', 'undo'], 1],
    [['forward', 'settle', 'forward', 'settle', 'undo'], 2],
  ])('after %j the message carries %d', (kinds, n) => {
    expect(after(...kinds).n).toBe(n);
  });

  it('belong to their generation', () => {
    expect(epochOfCounter(3, after('forward', 'settle', 'forward'))).toBe(3 * 65_536 + 1);
  });

  it('never fall, and nothing but the same settle is sent under an epoch that was settled', () => {
    const kinds = fc.array(fc.constantFrom<MessageKind>('forward', 'undo', 'settle'));
    fc.assert(
      fc.property(kinds, (sequence) => {
        let counter = unsent;
        const settled = new Set<number>();
        for (const kind of sequence) {
          const next = sent(counter, kind);
          expect(next.n).toBeGreaterThanOrEqual(counter.n);
          if (kind !== 'settle') expect(settled.has(next.n)).toBe(false);
          if (kind === 'settle') settled.add(next.n);
          counter = next;
        }
      }),
    );
  });
});
