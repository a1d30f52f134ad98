import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../whole-number';
import { runBulk } from './acts/bulk';
import { runKills } from './acts/kills';
import { lostPivots, runLostPivot } from './acts/lost-pivot';
import type { LostPivot } from './acts/lost-pivot';
import { rotationLines, rotationTurns, runRotation } from './acts/rotation';
import type { TurnKey } from './acts/rotation';
import { repeatable } from '../up/instances';
import { overloadLines, runOverload } from './overload/overload';
import { runSickInstance, sickLines } from './rolling/sick-instance';
import { rollingLines, runRolling } from './rolling/rolling';
import { runSoak, soakLines } from './acts/soak';
import { bulkLines, killsLines, pivotLines, zombieLines } from './report';
import type { Stage } from './stage';
import { withStage } from './theatre';
import { runZombies } from './acts/zombie';
import { addStorm } from '../storm/command';
import { zombiePlaces } from './acts/zombie-judge';
import type { ZombiePlace } from './acts/zombie-judge';

const help = `
Starts servers and services of its own on free ports, breaks them, and counts what is left.

Exit codes: 0 everything holds, 1 something does not, 2 wrong usage.

Examples:
  holdfast chaos --minutes 10 --seed 7 --html storm.html
  holdfast chaos --minutes 2 --brokers 1 --faults kill,restart
  holdfast chaos --seed 7 --plan
  holdfast chaos zombie
  holdfast chaos zombie --place decided
  holdfast chaos lost-pivot --json
  holdfast chaos kills --sagas 200 --seed 7
  holdfast chaos bulk --items 500
  holdfast chaos soak --minutes 60
  holdfast chaos rotation --rate 50 --json
  holdfast chaos rolling --rate 50
  holdfast chaos sick --seconds 30
  holdfast chaos overload --times 10
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** `holdfast chaos`: stops, kills and cuts off real processes in the middle of sagas. */
export function chaosCommand(): Command {
  const json = 'end with one JSON object on standard output';
  const command = addStorm(new Command('chaos'))
    .option('--json', json, false)
    .addHelpText('after', help)
    // An option behind the name of an act is the act's.
    .enablePositionalOptions()
    .exitOverride();
  for (const each of [
    zombieCommand(),
    lostPivotCommand(),
    killsCommand(),
    bulkCommand(),
    soakCommand(),
    rotationCommand(),
    rollingCommand(),
    sickCommand(),
    overloadCommand(),
  ]) {
    command.addCommand(each.option('--json', json, false).exitOverride());
  }
  return command;
}

interface Shown {
  readonly json: boolean;
}

/** Plays, tells each result as it comes, and ends with 1 when one of them has a problem. */
async function play<Result extends { readonly problems: readonly string[] }>(
  { json }: Shown,
  acts: readonly ((stage: Stage) => Promise<readonly Result[]>)[],
  linesOf: (result: Result) => readonly string[],
): Promise<void> {
  const results: Result[] = [];
  await withStage('chaos', async (stage) => {
    for (const act of acts) {
      const found = await act(stage);
      results.push(...found);
      found.flatMap(linesOf).forEach(say);
    }
  });
  const red = results.filter(({ problems }) => problems.length > 0).length;
  say(`${results.length - red} hold, ${red} do not`);
  if (json) process.stdout.write(`${JSON.stringify({ results, red })}\n`);
  if (red > 0) process.exitCode = 1;
}

/** One of the keys of a table, or all of them in order. */
function chosen<Name extends string>(table: Readonly<Record<Name, unknown>>, only?: Name) {
  return only === undefined ? (Object.keys(table) as Name[]) : [only];
}

function oneOf<Name extends string>(table: Readonly<Record<Name, unknown>>) {
  return (text: string): Name => {
    if (Object.hasOwn(table, text)) return text as Name;
    throw new InvalidArgumentError(`one of ${Object.keys(table).join(', ')}.`);
  };
}

function zombieCommand(): Command {
  return new Command('zombie')
    .description('Stop a worker inside a step, undo it by another one, and let the first go on.')
    .option('--place <place>', 'unread, decided or written; all unless told', oneOf(zombiePlaces))
    .action(({ place, ...shown }: Shown & { readonly place?: ZombiePlace }) => {
      const places = chosen(zombiePlaces, place);
      const acts = places.map((one) => (stage: Stage) => runZombies(stage, one));
      return play(shown, acts, zombieLines);
    });
}

function lostPivotCommand(): Command {
  return new Command('lost-pivot')
    .description('Kill payments inside the pivot, and keep it away until the deadline is over.')
    .option('--place <place>', `${Object.keys(lostPivots).join(', ')}; all unless told`, (text) =>
      oneOf(lostPivots)(text),
    )
    .action(({ place, ...shown }: Shown & { readonly place?: LostPivot }) => {
      const acts = chosen(lostPivots, place).map((one) => async (stage: Stage) => {
        return [await runLostPivot(stage, one)];
      });
      return play(shown, acts, pivotLines);
    });
}

const count = wholeNumber();

function killsCommand(): Command {
  return new Command('kills')
    .description('Kill Temporal under many running sagas, then workers at random.')
    .option('--sagas <count>', 'orders on their way at the same time', count, 200)
    .option('--seed <number>', 'chooses whom to kill, and when; random unless given', count)
    .action(
      ({ sagas, seed, ...shown }: Shown & { readonly sagas: number; readonly seed?: number }) => {
        const options = { sagas, seed: seed ?? randomInt(1, 1_000_000), say };
        return play(shown, [async (stage) => [await runKills(stage, options)]], killsLines);
      },
    );
}

function soakCommand(): Command {
  return new Command('soak')
    .description('Place orders beside the auditor, and break nothing: it must stay silent.')
    .option('--minutes <count>', 'how long', count, 60)
    .option('--batch <count>', 'orders placed at once, the next when they have ended', count, 10)
    .action(
      ({
        minutes,
        batch,
        ...shown
      }: Shown & { readonly minutes: number; readonly batch: number }) => {
        const options = { minutes, batch, say };
        return play(shown, [async (stage) => [await runSoak(stage, options)]], soakLines);
      },
    );
}

function bulkCommand(): Command {
  return new Command('bulk')
    .description('Place an order of many lots in child sagas, refused at its pivot and then not.')
    .option('--items <count>', 'lots, at most 500', count, 500)
    .action(({ items, ...shown }: Shown & { readonly items: number }) =>
      play(shown, [(stage) => runBulk(stage, { items, say })], bulkLines),
    );
}

function rotationCommand(): Command {
  return new Command('rotation')
    .description('Replace every key and certificate under load: nobody may notice.')
    .option('--rate <count>', 'reads a second, beside four customers', count, 50)
    .option('--life <seconds>', 'of the certificates that end in the drill', count, 120)
    .option('--only <what>', Object.keys(rotationTurns).join(', '), oneOf(rotationTurns))
    .action(({ rate, life, only, ...shown }: RotationFlags) => {
      const options = { rate, leafLifeMs: life * 1000, say, ...(only ? { only } : {}) };
      return play(shown, [async (stage) => [await runRotation(stage, options)]], rotationLines);
    });
}

function rollingCommand(): Command {
  return new Command('rolling')
    .description('Restart every instance of every process under load: nobody may notice.')
    .option('--rate <count>', 'reads a second, beside four customers', count, 50)
    .option('--rounds <count>', 'how often each is restarted', count, 2)
    .action(({ rate, rounds, ...shown }: Shown & { readonly rate: number; rounds: number }) => {
      const options = { rate, rounds, doubled: repeatable, alone, say };
      return play(shown, [async (stage) => [await runRolling(stage, options)]], rollingLines);
    });
}

function sickCommand(): Command {
  return new Command('sick')
    .description('Let one of three instances hang under load: the others take its place.')
    .option('--rate <count>', 'reads a second, beside four customers', count, 50)
    .option('--seconds <count>', 'how long it hangs', count, 30)
    .action(({ rate, seconds, ...shown }: Shown & { readonly rate: number; seconds: number }) => {
      const options = { rate, sickMs: seconds * 1_000, say };
      return play(shown, [async (stage) => [await runSickInstance(stage, options)]], sickLines);
    });
}

function overloadCommand(): Command {
  return new Command('overload')
    .description('Offer many times what can be done: what is taken must end, and about as fast.')
    .option('--times <count>', 'of the best rate that was found before', count, 10)
    .option('--seconds <count>', 'how long it is offered', count, 60)
    .action(({ times, seconds, ...shown }: Shown & { readonly times: number; seconds: number }) => {
      const options = { times, floodMs: seconds * 1_000, rampMs: 40_000, say };
      return play(shown, [async (stage) => [await runOverload(stage, options)]], overloadLines);
    });
}

/** There is one of each only, and nobody waits for it. */
const alone = ['auditor', 'keys'] as const;

interface RotationFlags extends Shown {
  readonly rate: number;
  readonly life: number;
  readonly only?: TurnKey;
}
