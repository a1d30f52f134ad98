import path from 'node:path';
import { openArena } from '../../cli/verify/arena';
import type { Arena } from '../../cli/verify/arena';
import { explore } from '../../cli/verify/explore';
import { redOf } from '../../cli/verify/report';
import { projectRoot } from '../../platform/runtime/paths';
import { placeOrderRecipe } from '../../workflows/place-order.verify';
import { apiClient, environmentFor, world } from '../support/world';

/** Six cells on all three stores: a kill, a pause, a termination, a deadline, a refusal and a duplicate. */
const seed = 8;
const cellsMax = 6;

const api = apiClient();
let arena: Arena;

beforeAll(async () => {
  arena = await openArena({ api, faultDir: world().faultDir, environmentFor });
});
afterAll(async () => {
  await arena.close();
  await api.close();
});

it('six cells of place-order, chosen by a seed, end as they must and leave nothing behind', async () => {
  const explored = await explore(arena, {
    recipe: placeOrderRecipe,
    seed,
    sample: cellsMax,
    atOnce: 3,
    bundleFile: path.join(projectRoot, 'dist', 'workflow-bundle.js'),
    onCell: () => undefined,
  });
  expect(redOf(explored).map(({ cell, problems }) => [cell.id, ...problems])).toEqual([]);
  expect(explored.violations).toEqual([]);
  expect(explored.results).toHaveLength(cellsMax);
  expect(new Set(explored.results.map(({ cell }) => cell.fault)).size).toBe(cellsMax);
}, 300_000);
