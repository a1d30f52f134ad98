import type { Steps } from '../steps/rows';
import type { CpuGroups, Ending, Leftover, OpenVariant } from './variants';

/** What sagas of the table of rows must have left: three rows, or two that are undone. */
export const rowsOf =
  ({ isRecorded }: Pick<Steps, 'isRecorded'>) =>
  (ending: Ending, sagas: number): Leftover =>
    ending === 'success'
      ? {
          ...{ rows: 3 * sagas, undone: 0 },
          ...(isRecorded ? { records: 3 * sagas, events: 3 * sagas } : {}),
        }
      : {
          ...{ rows: 2 * sagas, undone: 2 * sagas },
          ...(isRecorded ? { records: 3 * sagas, events: 4 * sagas } : {}),
        };

/** What they have left. */
export const leftoverIn = (steps: Steps) => async (prefix: string) => ({
  ...(await steps.count(prefix)),
});

/** The steps and nothing else, or with a journal: no server, no worker, the caller does the work himself. */
export function openPlain(name: 'floor' | 'journal', steps: Steps, groups: CpuGroups): OpenVariant {
  const seq = (at: number) => (name === 'journal' ? at : undefined);
  return {
    ...{ name, groups, leftover: leftoverIn(steps), expected: rowsOf(steps) },
    async run(id, ending) {
      await steps.add(id, 1, seq(1));
      await steps.add(id, 2, seq(2));
      if (ending === 'success') return steps.add(id, 3, seq(3));
      await steps.refuse(id, seq(3));
      await steps.undo(id, 2, seq(4));
      await steps.undo(id, 1, seq(5));
    },
  };
}
