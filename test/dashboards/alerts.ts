import path from 'node:path';
import { controlOf } from '../../cli/up/control';
import { withTheatre } from '../../cli/verify/theatre';
import { createApiClient, until } from '../../cli/up/api-client';
import { openArena } from '../../cli/verify/arena';
import { serverNames } from '../../stack';
import { breaksOf } from './breaks';
import type { Break, BreakingGround } from './breaks';
import { prometheusOf } from './prometheus';
import type { Prometheus } from './prometheus';

const exitCodes = { allRang: 0, someDidNot: 1, cannotTell: 2 } as const;
const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** What rules wait for before they ring, in place of their own `for`. What they look at stays as it is. */
const ringsAfter = '5s';

/** Longest wait for an alert, and for its end, milliseconds. A saga may be silent for 15 minutes, and 5 more. */
const patience = { rings: 25 * 60_000, ends: 10 * 60_000 } as const;

/** What became of one part that was broken; seconds from the break to the alert, and from the mending to its end. */
interface Rang {
  readonly broken: Break;
  readonly rangAfter?: number;
  readonly endedAfter?: number;
  readonly problem?: string;
}

const secondsSince = (fromMs: number): number => Math.round((performance.now() - fromMs) / 1_000);

/** Undefined while Prometheus does not answer: a machine under load is no reason to give up. */
async function stands(prometheus: Prometheus, alert: string): Promise<boolean | undefined> {
  const alerts = await prometheus.alerts().catch(() => undefined);
  return alerts?.some(({ labels, state }) => labels.alertname === alert && state === 'firing');
}

const untilIt = (prometheus: Prometheus, broken: Break, rings: boolean): Promise<unknown> =>
  until(
    `${broken.alert} to ${rings ? 'ring' : 'end'}`,
    rings ? patience.rings : patience.ends,
    async () => ((await stands(prometheus, broken.alert)) === rings ? true : undefined),
  );

/** Breaks one part and mends it; a part that could not be broken or mended is a problem, and the others are tried. */
async function ring(prometheus: Prometheus, broken: Break): Promise<Rang> {
  try {
    if (await stands(prometheus, broken.alert)) throw new Error(`${broken.alert} stands already`);
    const mend = await broken.breakIt();
    const brokenMs = performance.now();
    await untilIt(prometheus, broken, true);
    const rangAfter = secondsSince(brokenMs);
    say(`${broken.alert} rang ${rangAfter} s after: ${broken.name}`);
    await mend();
    const mendedMs = performance.now();
    await untilIt(prometheus, broken, false);
    const endedAfter = secondsSince(mendedMs);
    say(`${broken.alert} ended ${endedAfter} s after it was mended`);
    return { broken, rangAfter, endedAfter };
  } catch (error) {
    const problem = (error as Error).message;
    say(`${broken.alert}: ${problem}`);
    return { broken, problem };
  }
}

async function inTurn(prometheus: Prometheus, breaks: readonly Break[]): Promise<readonly Rang[]> {
  const rang: Rang[] = [];
  for (const one of breaks) rang.push(await ring(prometheus, one));
  return rang;
}

async function ringAll(prometheus: Prometheus, ground: BreakingGround): Promise<readonly Rang[]> {
  const { before, long, beside } = breaksOf(ground);
  const first = await inTurn(prometheus, before);
  const [slow, others] = await Promise.all([ring(prometheus, long), inTurn(prometheus, beside)]);
  return [...first, ...others, slow];
}

function tableOf(rang: readonly Rang[]): string {
  const lines = rang.map(({ broken, rangAfter, endedAfter, problem }) => {
    const seconds = `rang after ${rangAfter} s, ended after ${endedAfter} s`;
    return `${broken.alert.padEnd(24)}  ${broken.name.padEnd(48)}  ${problem ?? seconds}`;
  });
  return `${lines.join('\n')}\n`;
}

/** `npm run test:alerts`: five parts are broken for real, and the seconds until their alerts stand are counted. */
async function main(): Promise<number> {
  let code: number = exitCodes.cannotTell;
  process.env.HOLDFAST_TEST_ALERTS_FOR = ringsAfter;
  await withTheatre(
    { name: 'alerts', servers: serverNames },
    async ({ world, faultDir, folder }) => {
      const { stack } = world;
      const api = createApiClient(world);
      const environmentFor = (name: string) => stack.environmentFor(name);
      const arena = await openArena({ api, environmentFor, faultDir });
      const control = controlOf(world, path.join(folder, 'crashes'));
      const ground = { api, arena, faultDir, control, stateDir: stack.stateDir };
      const rang = await ringAll(prometheusOf(stack), ground);
      process.stdout.write(tableOf(rang));
      const isRight = rang.every(({ problem }) => problem === undefined);
      code = isRight ? exitCodes.allRang : exitCodes.someDidNot;
      await Promise.all([arena.close(), api.close()]);
    },
  );
  return code;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(String((error as Error).stack));
    process.exit(exitCodes.cannotTell);
  },
);
