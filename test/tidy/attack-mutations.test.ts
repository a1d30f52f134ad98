import ts from 'typescript';
import type { AttackResult } from '../../cli/attack/attack';
import { shot } from '../../cli/attack/attack';
import { attacks } from '../../cli/attack/rows';
import { judgeMutation } from '../attacks/judge';
import { attackMutations } from '../attacks/table';
import { changedSources } from '../support/source-changes';
import { root } from './checks/repository';

const rows = attacks.map(({ row }) => row);
const named = attackMutations.map((mutation) => [mutation.name, mutation] as const);

test.each(rows)('row %s has a guard whose removal it must miss', (row) => {
  expect(attackMutations.filter((mutation) => mutation.row === row)).not.toEqual([]);
});

test.each(named)('can still be taken out: %s', (_name, { changes }) => {
  const changed = changedSources(changes, root);
  const problems = [...changed.values()].flatMap(
    (text) => ts.transpileModule(text, { reportDiagnostics: true }).diagnostics ?? [],
  );
  expect(problems.map(({ messageText }) => messageText)).toEqual([]);
});

test.each(named)('weakens the product and not its attack: %s', (_name, { row, also, changes }) => {
  expect(changes.filter(({ file }) => /^(cli|test)\//.test(file))).toEqual([]);
  expect(rows).toEqual(expect.arrayContaining([row, ...(also ?? [])]));
  expect(also ?? []).not.toContain(row);
});

test('each has a name of its own, and one sentence that says what is gained', () => {
  const names = attackMutations.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(attackMutations.filter(({ gain }) => gain.length < 20 || /[.]$/.test(gain))).toEqual([]);
});

describe('the judgement of a weakened stack', () => {
  const about = { title: '', source: '', ms: 0 };
  const held = (row: string): AttackResult => ({
    ...about,
    ...{ row, verdict: 'held', shots: [shot('a', 401, 401)] },
  });
  const broken = (row: string): AttackResult => ({
    ...about,
    ...{ row, verdict: 'broken', shots: [shot('a', 401, 200)] },
  });
  const undone = (row: string): AttackResult => ({
    ...about,
    ...{ row, verdict: 'not carried out', shots: [], problem: 'no answer' },
  });
  const mutation = { row: 'S1', also: ['S4'] };

  test.each([
    ['its row breaks', [broken('S1'), held('S2')], 'red'],
    ['its row breaks, with one on the same guard', [broken('S1'), broken('S4')], 'red'],
    ['its row holds', [held('S1')], 'green'],
    ['another row breaks as well', [broken('S1'), broken('S2')], 'spread'],
    ['another row cannot be carried out', [broken('S1'), undone('S2')], 'spread'],
    ['its row cannot be carried out', [undone('S1')], 'unclear'],
    ['its row is not there', [broken('S2')], 'unclear'],
  ])('%s', (_what, results, is) => {
    expect(judgeMutation(mutation, results).is).toBe(is);
  });
});
