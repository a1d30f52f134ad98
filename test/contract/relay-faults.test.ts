import { cells } from '../relay/cells';
import type { Cell, StoreName } from '../relay/cells';
import { playHeld } from '../relay/held';
import { playCell } from '../relay/play';
import type { CellResult } from '../relay/play';

/** A sample; `npm run test:relay` plays every cell. Another one each day. */
const day = Math.floor(Date.now() / 86_400_000);
const stores: readonly StoreName[] = ['postgres', 'mongodb', 'dynamodb'];
const options = { stores, seed: day, commands: 60 };

const briefly = ({ store, gaps, reordered, problems }: CellResult) => {
  return { store, gaps, reordered, problems };
};
const allWell = stores.map((store) => ({ store, gaps: 0, reordered: 0, problems: [] }));

function cellOf(found: (cell: Cell) => boolean): Cell {
  const candidates = cells.filter((cell) => found(cell) && cell.store === undefined);
  const cell = candidates[day % candidates.length];
  if (cell === undefined) throw new Error('there is no such cell');
  return cell;
}

describe('a relay as a process of its own', () => {
  const calm = new Map<StoreName, CellResult['rows']>();

  test('undisturbed it brings everything into the log, from each store', async () => {
    expect((await playCell(cells[0]!, { ...options, calm })).map(briefly)).toEqual(allWell);
  });

  test('killed, it leaves a log without gaps, and the read model is the same', async () => {
    const cell = cellOf(({ kind }) => kind === 'kill');
    expect((await playCell(cell, { ...options, calm })).map(briefly)).toEqual(allWell);
  });

  test.each(['postgres', 'mongodb'] as const)(
    'what is held open in %s while others commit comes late and is not passed over',
    async (store) => {
      const held = await playHeld(store, { heldMs: 2_000, commits: 300, lanes: 4 });
      expect(held).toMatchObject({ gaps: 0, reordered: 0, problems: [], events: 304 });
    },
  );
});
