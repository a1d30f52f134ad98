import { withTheatre } from '../../cli/verify/theatre';
import { createApiClient, until } from '../../cli/up/api-client';
import { openArena } from '../../cli/verify/arena';
import { boards } from '../../deploy/dashboards';
import { serverNames } from '../../stack';
import { prometheusOf } from './prometheus';
import type { Prometheus } from './prometheus';
import { emptyOf, questionsOf, tableOf } from './questions';
import type { Found } from './questions';
import { playTraffic } from './traffic';

const exitCodes = { allAnswered: 0, someEmpty: 1, cannotTell: 2 } as const;
const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** Two scrapes and an evaluation of the recording rules lie in it several times, on a slow machine too. */
const answeredMs = 90_000;

/** Scrapes of a process so far. A rate needs two of them on either side of what it counts. */
const scraped = (prometheus: Prometheus): Promise<readonly number[]> =>
  prometheus.query('min(count_over_time(up{job="holdfast"}[1h]))');

async function moreScrapes(prometheus: Prometheus, count: number): Promise<void> {
  const [before = 0] = await scraped(prometheus);
  await until(`${count} more scrapes`, answeredMs, async () => {
    const [now = 0] = await scraped(prometheus);
    return now >= before + count ? true : undefined;
  });
}

async function askAll(prometheus: Prometheus): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const question of questionsOf(boards)) {
    const { length: series } = await prometheus.query(question.expr);
    found.push({ ...question, series });
  }
  return found;
}

/** Asks until every panel has its data, or time is up; answers what was found last. */
async function foundInTime(prometheus: Prometheus): Promise<readonly Found[]> {
  const endMs = performance.now() + answeredMs;
  for (;;) {
    const found = await askAll(prometheus);
    if (emptyOf(found).length === 0 || performance.now() > endMs) return found;
    await moreScrapes(prometheus, 1);
  }
}

/** One that may be empty is so for its reason, not because nothing exports it. */
async function unknownOf(prometheus: Prometheus, found: readonly Found[]): Promise<string[]> {
  const names = [...(await prometheus.names())];
  const isKnown = ({ expr }: Found): boolean =>
    names.some((name) => new RegExp(`\\b${name}\\b`).test(expr));
  return found
    .filter(({ mayBeEmpty }) => mayBeEmpty !== undefined)
    .filter((one) => !isKnown(one))
    .map(({ board, panel, legend }) => `${board}: ${panel}: ${legend}`);
}

/** `npm run test:dashboards`: a world, its traffic, and every query of every panel against a Prometheus that saw it. */
async function main(): Promise<number> {
  let code: number = exitCodes.cannotTell;
  const beganMs = performance.now();
  await withTheatre({ name: 'dashboards', servers: serverNames }, async ({ world, faultDir }) => {
    const api = createApiClient(world);
    const environmentFor = (name: string) => world.stack.environmentFor(name);
    const arena = await openArena({ api, environmentFor, faultDir });
    const prometheus = prometheusOf(world.stack);
    for (const round of [1, 2]) {
      say(`traffic of every kind, round ${round} of 2`);
      await playTraffic({ api, arena, faultDir });
      await moreScrapes(prometheus, 2);
    }
    const found = await foundInTime(prometheus);
    const [empty, unknown] = [emptyOf(found), await unknownOf(prometheus, found)];
    process.stdout.write(tableOf(found));
    for (const name of unknown) say(`nothing exports what may be empty: ${name}`);
    const seconds = Math.round((performance.now() - beganMs) / 1_000);
    say(
      `${found.length} queries of ${boards.length} boards, ${empty.length} empty, in ${seconds} s`,
    );
    code = empty.length + unknown.length === 0 ? exitCodes.allAnswered : exitCodes.someEmpty;
    await Promise.all([arena.close(), api.close()]);
  });
  return code;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(String((error as Error).stack));
    process.exit(exitCodes.cannotTell);
  },
);
