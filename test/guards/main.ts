import { parseArgs } from 'node:util';
import type { Guard, GuardRing } from './guard';
import { runJest } from './jest-run';
import { judge } from './judge';
import type { Judgement } from './judge';
import { asJson, asTable, usage } from './report';
import type { GuardResult } from './report';
import { surroundingsOf } from './surroundings';
import type { Surroundings } from './surroundings';
import { guards } from './table';
import { openWorkshop } from './workshop';
import type { Workshop } from './workshop';

/** From the cheapest ring to the dearest. */
const rings: readonly GuardRing[] = ['unit', 'saga', 'contract'];
const exitCodes = { allMissed: 0, someNotMissed: 1, cannotTell: 2 } as const;
const say = (text: string): boolean => process.stderr.write(`${text}\n`);

class UsageError extends Error {}

function optionsOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true },
        ring: { type: 'string', multiple: true },
        list: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function selected({ only, ring }: { only?: string[]; ring?: string[] }): readonly Guard[] {
  const strange = ring?.find((name) => !(rings as readonly string[]).includes(name));
  if (strange !== undefined) throw new UsageError(`--ring ${strange}: one of ${rings.join(', ')}`);
  const found = guards.filter(
    ({ name, test }) =>
      (only?.some((text) => name.includes(text)) ?? true) && (ring?.includes(test.ring) ?? true),
  );
  if (found.length === 0) throw new UsageError('no guard has such a name; --list shows them all');
  return found;
}

/** The tests without any change: red here, a red later would prove nothing. */
async function expectGreen(own: readonly Guard[], tools: Tools): Promise<void> {
  const tests = own.map(({ test }) => test);
  const environment = await tools.surroundings.of(tests[0]!.ring);
  const report = await runJest(tools.workshop, tests, environment);
  const wrong = own.filter(({ test }) => judge(report, test).is !== 'green');
  if (wrong.length === 0) return;
  const lines = wrong.map(({ name, test }) => `  ${name}: ${JSON.stringify(judge(report, test))}`);
  throw new Error(`not green although nothing was changed:\n${lines.join('\n')}`);
}

type Removed = Required<GuardResult>;

interface Tools {
  readonly workshop: Workshop;
  readonly surroundings: Surroundings;
}

async function without(guard: Guard, { workshop, surroundings }: Tools): Promise<Removed> {
  const sinceMs = Date.now();
  workshop.change(guard.changes);
  let judgement: Judgement;
  try {
    const environment = await surroundings.of(guard.test.ring);
    judgement = judge(await runJest(workshop, [guard.test], environment), guard.test);
  } catch (error) {
    judgement = { is: 'broken', detail: String(error) };
  } finally {
    workshop.restore();
  }
  return { guard, judgement, seconds: (Date.now() - sinceMs) / 1_000 };
}

async function removeEach(chosen: readonly Guard[]): Promise<readonly GuardResult[]> {
  const workshop = openWorkshop();
  const tools = { workshop, surroundings: surroundingsOf(workshop) };
  const results: Removed[] = [];
  try {
    for (const ring of rings) {
      const own = chosen.filter(({ test }) => test.ring === ring);
      if (own.length === 0) continue;
      say(`${ring}: ${own.length} guards; first their tests with every guard in place …`);
      await expectGreen(own, tools);
      for (const guard of own) {
        const result = await without(guard, tools);
        results.push(result);
        const count = `[${String(results.length).padStart(2)}/${chosen.length}]`;
        say(`${count} ${guard.name}: ${result.judgement.is}, ${result.seconds.toFixed(1)} s`);
      }
    }
  } finally {
    await tools.surroundings.stop();
    workshop.close();
  }
  return results;
}

/** `npm run test:guards`: takes each guard out in turn; a test has to turn red for every one. See `--help`. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = optionsOf(args);
    if (options.help) process.stdout.write(usage);
    if (options.help) return exitCodes.allMissed;
    const chosen = selected(options);
    const results = options.list
      ? chosen.map((guard): GuardResult => ({ guard }))
      : await removeEach(chosen);
    process.stdout.write(options.json ? asJson(results) : asTable(results));
    const isMissed = ({ judgement }: GuardResult) => judgement?.is === 'red';
    const isRight = options.list || results.every(isMissed);
    return isRight ? exitCodes.allMissed : exitCodes.someNotMissed;
  } catch (error) {
    const known = error instanceof UsageError;
    say(known ? `${error.message}\n\n${usage}` : String((error as Error).stack));
    return exitCodes.cannotTell;
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
