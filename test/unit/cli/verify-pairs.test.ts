import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inputOf } from '../../../cli/verify/pairs/answers';
import { pairsLines } from '../../../cli/verify/pairs/report';
import { verifyInPairs } from '../../../cli/verify/pairs/verify-pairs';
import type { PairsRequest } from '../../../cli/verify/pairs/verify-pairs';
import type * as fenceTable from '../../../platform/participant/fence-table';
import type { PairsResult } from '../../../platform/testing/pairs';
import dispatch from '../../../workflows';
import { catalog } from '../../../workflows/catalog';
import { breakable, breakableFence } from '../testing/broken-fence';

jest.mock('../../../platform/participant/fence-table', () => {
  const real = jest.requireActual<typeof fenceTable>('../../../platform/participant/fence-table');
  const consultFence: typeof real.consultFence = (row, message) =>
    breakableFence(real.consultFence)(row, message);
  return { ...real, consultFence };
});

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-pairs-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  breakable.isBroken = false;
});

async function run(request: Partial<PairsRequest>) {
  const told: string[] = [];
  const printed: string[] = [];
  const holds = await verifyInPairs(
    { sagas: ['return-order'], json: false, ...request },
    { tell: (line) => told.push(line), print: (line) => printed.push(line) },
  );
  return { holds, told, printed };
}

test('every saga of the registry has an input that its contract accepts', () => {
  expect(dispatch.sagas.map(({ contract }) => contract.name).sort()).toEqual(
    catalog.map(({ name }) => name).sort(),
  );
  for (const { contract } of dispatch.sagas) {
    expect(contract.input.safeParse(inputOf(contract, undefined)).success).toBe(true);
  }
});

test('a sample holds, tells how far it is, and ends with one JSON object a saga', async () => {
  const { holds, told, printed } = await run({ sample: 40, json: true });
  expect(holds).toBe(true);
  const result = JSON.parse(printed.join('')) as PairsResult;
  expect(result).toMatchObject({ saga: 'return-order', cells: 62, violations: [] });
  expect(result.runs).toBeGreaterThan(30);
  expect(result.runs).toBeLessThanOrEqual(40);
  expect(told).toContain(`  … return-order: ${result.runs} of ${result.runs} runs`);
  expect(told.at(-1)).toMatch(/^return-order: 4 steps, 62 cells, \d+ runs: .*; 0 violations; /);
});

test('a broken promise is told with the command that runs it again, and that tells the story', async () => {
  breakable.isBroken = true;
  const { holds, told } = await run({ sample: 200 });
  expect(holds).toBe(false);
  const again = told.find((line) => line.includes('again: '));
  const only = /--pairs --only "(.+)"$/.exec(again ?? '')?.[1];
  const replay = await run({ only: only ?? '' });
  expect(replay.holds).toBe(false);
  expect(replay.told[0]).toMatch(/^ {2}forward 0 of request return arrives: /);
});

test('a child that its parent let go is recovered behind its hold, not undone', async () => {
  const only = 'forward ship stock:sample-1 is terminated before its effect (retry)';
  const { holds, told } = await run({ sagas: ['order-lots'], only });
  expect([holds, told.at(-1)]).toEqual([true, expect.stringContaining('1 runs: 1 completed; 0')]);
});

test('the command that runs it again names the file the input came from', () => {
  const violation = { run: 'one (retry)', problems: ['I1: no'], story: [] };
  const counts = { cells: 1, runs: 1, outcomes: { completed: 1 }, durationMs: 1 };
  const violations = Array.from({ length: 21 }, () => violation);
  const lines = pairsLines({ saga: 'a', steps: [], ...counts, violations }, 'in.json');
  expect(lines[2]).toBe(
    '    again: holdfast verify a --pairs --input "in.json" --only "one (retry)"',
  );
  expect(lines).toContain('… and 1 more: --json has them all');
});

describe('wrong usage is told with what to do instead', () => {
  test.each([
    ['SAGA_UNKNOWN', { sagas: ['nothing'] }],
    ['ONLY_NEEDS_ONE', { sagas: [], only: 'one' }],
    ['RUN_UNKNOWN', { only: 'nothing' }],
    ['INPUT_UNREADABLE', { input: path.join(folder, 'none.json') }],
  ])('%s', async (code, request) => {
    await expect(run(request)).rejects.toMatchObject({
      ...{ code, exitCode: 2, fix: expect.stringMatching(/./) as string },
    });
  });

  test('INPUT_INVALID', async () => {
    const input = path.join(folder, 'wrong.json');
    writeFileSync(input, '{"orderId":"order-1"}');
    await expect(run({ input })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('/customerId') as string,
    });
  });
});
