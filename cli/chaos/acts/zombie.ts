import { randomUUID } from 'node:crypto';
import { until } from '../../up/api-client';
import { chaosLimits, endOf, logFromNow, playOrder, shortDeadline } from '../stage';
import type { LogLine, PlayedSaga, Stage } from '../stage';
import { isStop, judge, zombiePlaces, zombieTargets } from './zombie-judge';
import type { ZombiePlace, ZombieResult, ZombieTarget } from './zombie-judge';

const isHit = (place: ZombiePlace) => (target: ZombieTarget) =>
  place !== 'written' || target.service !== 'inventory';

type Logs = ReadonlyMap<string, () => readonly LogLine[]>;

/** How often a play is begun that may show nothing. */
const playsMax = 3;

/**
 * One that was stopped for long may find its connection gone when it goes on: its driver gives up, it writes nothing,
 * and whether the fence would have stopped it was not shown. Nothing else may have been wrong.
 */
function showsNothing({ place, refusedWith, problems }: ZombieResult): boolean {
  return place === 'unread' && refusedWith === 'STORE_UNAVAILABLE' && problems.length === 1;
}

/**
 * Stops one worker of each service inside a step, lets the attempt time out and the saga turn back, gives the undo to
 * a second worker of the same service, and lets the first one go on.
 */
export async function runZombies(
  stage: Stage,
  place: ZombiePlace,
): Promise<readonly ZombieResult[]> {
  for (let plays = 1; ; plays += 1) {
    const results = await playZombies(stage, place);
    const wrong = results.filter(({ problems }) => problems.length > 0);
    if (wrong.length === 0 || plays === playsMax || !wrong.every(showsNothing)) return results;
  }
}

async function playZombies(stage: Stage, place: ZombiePlace): Promise<readonly ZombieResult[]> {
  const { control } = stage;
  const targets = zombieTargets.filter(isHit(place));
  const each = (work: (service: string) => Promise<void>) =>
    Promise.all(targets.map(({ service }) => work(service)));
  const orders = await prepare(stage, place);
  let isOver = false;
  try {
    await Promise.all(targets.map((target) => arm(stage, place, target)));
    const logs = new Map(targets.map(({ service }) => [service, logFromNow(stage, service)]));
    const played = await stopInside(targets, logs, orders);
    await turnedBack(stage, played);
    // Only now: one that was there before would have taken the next attempt of the step.
    await each((service) => control('start', `${service}-2`));
    const outcomes = await Promise.all(played.map((one) => endOf(stage, one)));
    await each((service) => control('signal', service, 'SIGCONT'));
    const judged = targets.map((target) => {
      const at = target.hit - 1;
      const [saga, outcome, log] = [played[at]!, outcomes[at]!, logs.get(target.service)!];
      return judge(stage, { place, target, outcome, log, played: saga });
    });
    const results = await Promise.all(judged);
    isOver = true;
    return results;
  } finally {
    // What was stopped once is armed no more, and works on; what never got there is started anew.
    if (!isOver) await each((service) => control('start', service));
    await each((service) => control('remove', `${service}-2`));
  }
}

/** Two orders: the branches of the first stop payments and inventory, and the second, behind it, stops orders. */
async function prepare(stage: Stage, place: ZombiePlace) {
  const deadlineMs = await shortDeadline(stage);
  const run = `zombie-${place}-${randomUUID().slice(0, 8)}`;
  const names = ['branches', 'opening'].map((part) => `${run}-${part}`);
  return Promise.all(names.map((name) => playOrder(stage, name, deadlineMs)));
}

function arm(
  { control }: Stage,
  place: ZombiePlace,
  { service, command, hit }: ZombieTarget,
): Promise<void> {
  return control('arm', service, `${zombiePlaces[place].point}:${service}.${command}=${hit}/stop`);
}

/** Starts the orders one after the other, each when the workers that the one before it has to stop are stopped. */
async function stopInside(
  targets: readonly ZombieTarget[],
  logs: Logs,
  orders: Awaited<ReturnType<typeof prepare>>,
): Promise<readonly PlayedSaga[]> {
  const played: PlayedSaga[] = [];
  for (const { start } of orders) {
    played.push(await start());
    const services = targets.filter(({ hit }) => hit === played.length).map((one) => one.service);
    await until(`${services.join(' and ')} to be stopped`, chaosLimits.stopMs, async () =>
      services.every((service) => logs.get(service)?.().some(isStop)) ? true : undefined,
    );
  }
  return played;
}

async function turnedBack(stage: Stage, sagas: readonly PlayedSaga[]): Promise<void> {
  for (const { saga, name } of sagas) {
    await until(`${name} to turn back`, chaosLimits.endMs, async () => {
      const view = await stage.arena.view(saga);
      return view !== undefined && view.state !== 'running' ? view : undefined;
    });
  }
}
