import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { attacks } from '../../cli/attack/rows';
import { root } from './checks/repository';

const text = readFileSync(path.join(root, 'THREAT-MODEL.md'), 'utf8');
const attackPage = readFileSync(path.join(root, 'docs/attack.md'), 'utf8');
const attacked = new Set(attacks.flatMap(({ row }) => rowsIn(row)));

/** The numbers of `S3`, or of a span such as `S5–S7`. */
function rowsIn(written: string): readonly number[] {
  const [from = 0, to = from] = [...written.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** The table of requirements: a row of the page for each number, with the last cell as it is written. */
const requirements = text
  .split('\n')
  .map((line) => /^\| (S\d+(?:[–-]S\d+)?) \| .+ \| ([^|]+) \|$/.exec(line))
  .flatMap((found) =>
    rowsIn(found?.[1] ?? '0').map((number) => [number, found?.[2]?.trim() ?? ''] as const),
  )
  .filter(([number]) => number > 0);

test('names every requirement once', () => {
  const numbers = requirements.map(([number]) => number);
  expect(numbers).toEqual(Array.from({ length: 43 }, (_, index) => index + 1));
});

test.each(requirements)('says of S%i what shows it: %s', (number, shownBy) => {
  expect(shownBy).toMatch(attacked.has(number) ? /^attacked$/ : /^not attacked/);
});

test('docs/attack.md tells of every row', () => {
  const told = attackPage
    .split('\n')
    .map((line) => /^\| (S\d+(?:[–-]S\d+)?) \|/.exec(line)?.[1])
    .filter((row) => row !== undefined);
  for (const { row } of attacks) expect(told).toContain(row.replace('-', '–'));
});

test('where something is not attacked, the tests that are named are there', () => {
  const named = [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file]) => file ?? '');
  expect(named.length).toBeGreaterThan(2);
  const missing = named.filter(
    (file) => !existsSync(path.join(root, file)) && !existsSync(path.join(root, `${file}.test.ts`)),
  );
  expect(missing).toEqual([]);
});

test('a boundary is attacked by rows that are carried out', () => {
  const [, boundaries = ''] = /## Boundaries\n([^]*?)\n## /.exec(text) ?? [];
  const rows = [...boundaries.matchAll(/S\d+(?:[–-]S\d+)?/g)].flatMap(([row]) => rowsIn(row));
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter((row) => !attacked.has(row))).toEqual([]);
});
