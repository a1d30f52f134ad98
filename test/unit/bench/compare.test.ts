import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { differencesOf, reportShape } from '../../../bench/compare/differences';
import type { Pair } from '../../../bench/compare/differences';
import { compareOptionsOf } from '../../../bench/compare/options';
import { asComparison } from '../../../bench/compare/report';
import { layOut } from '../../../bench/compare/revision';
import { UsageError } from '../../../bench/words';

const sample = (variant: string, cost: number) => ({
  ...{ variant, ending: 'success', callers: 32 },
  ...{ cpuSumMs: cost, p50Ms: 10, sagasPerSecond: 100 / cost },
});

/** A report in which the machine is slower by a factor, and a saga costs `cost` on a quiet one. */
const report = (machine: number, cost: number) =>
  reportShape.parse({
    samples: [sample('empty', 10 * machine), sample('holdfast-direct', cost * machine)],
    problems: [],
    whatALaterRevisionSays: true,
  });

const pairs: readonly Pair[] = [
  { before: report(1, 100), now: report(3, 80) },
  { before: report(2, 100), now: report(1, 81) },
  { before: report(1, 101), now: report(2, 80) },
];

const cpuOf = (given: readonly Pair[], variant: string) =>
  differencesOf(given).find((one) => one.variant === variant && one.measure === 'cpuSumMs');

test('what the machine did between two runs is taken out by the workflow beside each', () => {
  const found = cpuOf(pairs, 'holdfast-direct');
  expect(found?.ratio).toMatchObject({ min: 0.405, max: 2.4 });
  expect(found?.besideEmpty?.median).toBeCloseTo(0.8);
  expect(found?.toldApart).toBe('less');
});

test('where rounds say more and less, or there is but one, they are not told apart', () => {
  expect(cpuOf(pairs, 'empty')?.toldApart).toBe('no');
  expect(cpuOf(pairs.slice(0, 1), 'holdfast-direct')?.toldApart).toBe('no');
});

test('sagas a second that rise are more', () => {
  const rate = differencesOf(pairs).find(
    ({ variant, measure }) => variant === 'holdfast-direct' && measure === 'sagasPerSecond',
  );
  expect(rate?.toldApart).toBe('more');
  expect(asComparison(differencesOf(pairs))).toMatch(
    /\| `holdfast-direct` \| 32, success \| sagas\/s \|.*\| more \|/,
  );
});

test('a variant that only one of them knows is left out', () => {
  const [pair] = pairs;
  const now = { ...pair!.now, samples: [...pair!.now.samples, sample('new-way', 1)] };
  expect(cpuOf([{ ...pair!, now }], 'new-way')).toBeUndefined();
});

test('a comparison has five rounds at 32 callers unless told', () => {
  expect(compareOptionsOf(['saga', '--compare', 'main~3', '--seconds', '3'])).toMatchObject({
    ...{ revision: 'main~3', rounds: 5, seconds: 3, callers: [32] },
    only: ['holdfast-direct', 'holdfast-queue', 'empty'],
  });
});

test.each([
  [['--compare', '']],
  [['--compare=--upload-pack=x']],
  [['--compare', 'main', '--only', 'nothing']],
  [['--compare', 'main', '--rounds', '0']],
])('%j is refused', (args) => {
  expect(() => compareOptionsOf(args)).toThrow(UsageError);
});

describe('a revision', () => {
  const repository = mkdtempSync(path.join(tmpdir(), 'holdfast-repository-'));
  const git = (...words: string[]) => {
    const who = [
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@example.com',
      '-c',
      'commit.gpgsign=false',
    ];
    return execFileSync('git', [...who, ...words], { cwd: repository, encoding: 'utf8' });
  };
  const commit = (text: string) => {
    writeFileSync(path.join(repository, 'file'), text);
    git('add', '.');
    git('commit', '--quiet', '--message', text);
  };
  beforeAll(() => {
    git('init', '--quiet');
    commit('one');
    commit('two');
  });
  afterAll(() => rmSync(repository, { recursive: true }));

  it('is laid out beside the tree, which stays as it is, and is gone afterwards', async () => {
    const laidOut = await layOut('HEAD~1', () => undefined, repository);
    const { commit: found, folder } = laidOut;
    expect(found).toBe(git('rev-parse', 'HEAD~1').trim());
    expect(readFileSync(path.join(folder, 'file'), 'utf8')).toBe('one');
    expect(readFileSync(path.join(repository, 'file'), 'utf8')).toBe('two');
    laidOut.remove();
    expect(existsSync(folder)).toBe(false);
  });

  it('that git does not know is refused, with what to do', async () => {
    await expect(layOut('nowhere', () => undefined, repository)).rejects.toThrow(/fix: name a/);
  });
});
