import { carryOut, shot, shotAmong } from '../../../cli/attack/attack';
import type { Attack, AttackTarget, Shot } from '../../../cli/attack/attack';
import { attackLines, attackPage, attackSummary } from '../../../cli/attack/report';
import { attacks } from '../../../cli/attack/rows';

const target = {} as AttackTarget;
const attackWith = (run: () => Promise<readonly Shot[]>): Attack => ({
  ...{ row: 'S0', title: 'an attack', source: 'nowhere', run },
});

test('an attack holds when every try does', async () => {
  const held = await carryOut(
    attackWith(async () => [shot('a', 401, '401'), shotAmong('b', ['400', '413'], '413')]),
    target,
  );
  expect(held).toMatchObject({ verdict: 'held', row: 'S0' });
});

test('one try that is let through breaks it, and is shown with both sides', async () => {
  const shots = [shot('a', 401, 401), shot('<b>', '401', '200')];
  const broken = await carryOut(
    attackWith(async () => shots),
    target,
  );
  expect(broken.verdict).toBe('broken');
  expect(attackLines(broken).join('\n')).toMatch(/✗ S0 .*2 tries[^]*<b>: expected 401, seen 200/);
  expect(attackPage([broken])).toContain('<td>&lt;b&gt;</td><td>401</td><td>200</td>');
});

test.each([
  ['tried nothing', async () => [], 'nothing was tried'],
  ['could not begin', async () => Promise.reject(new Error('no token')), 'no token'],
])('an attack that %s has shown nothing', async (_name, run, problem) => {
  const result = await carryOut(attackWith(run), target);
  expect(result).toMatchObject({ verdict: 'not carried out', shots: [], problem });
  expect(attackLines(result).join('\n')).toContain(problem);
  const { counts, line } = attackSummary([result]);
  expect(counts).toEqual({ held: 0, broken: 0, 'not carried out': 1 });
  expect(line).toContain('0 rows hold');
});

test('rows have numbers of their own, in their order', () => {
  const rows = attacks.map(({ row }) => row);
  expect(new Set(rows).size).toBe(rows.length);
  const numbers = rows.map((row) => Number(/^S(\d+)/.exec(row)?.[1]));
  expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
});
