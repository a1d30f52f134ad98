import type { ServiceStore } from '../../platform/outbox/ports';
import { boxParticipant, stepOf } from '../support/box-service';
import type { Box } from '../support/box-service';
import { openKeyStoreWorld } from '../support/key-store';
import type { LogWorld } from '../support/log-world';
import { storeCases } from '../support/stores';
import { insisting } from '../support/service-bench';
import type { StoreName } from './cells';
import { relayStarter } from './relay-process';
import type { RelayedService, RelayProcess } from './relay-process';
import { whileItMoves } from './while-it-moves';

/** One store with a topic, in a world of a cell's own. */
export interface RelayBench {
  readonly name: StoreName;
  readonly service: RelayedService;
  readonly world: LogWorld;
  readonly topic: string;
  /** Where the service's keys are. */
  readonly keysUrl: string;
  readonly store: ServiceStore<Box>;
  /** The next commands of the workload, one after the other; the same in every run of a seed. */
  write(commands: number): Promise<void>;
  /** Until the outbox is empty, or somebody has seen enough. */
  drained(isEnough?: () => boolean): Promise<void>;
  startRelay(crashPoints?: string): RelayProcess;
  close(): Promise<void>;
}

const services = { postgres: 'payments', mongodb: 'orders', dynamodb: 'inventory' } as const;
const boxes = 12;
const boxesMax = 3;
/** How long nothing may move: a takeover waits ten seconds, a broker starts, and a busy machine takes its time. */
const stallMs = 60_000;

/** Opens a store and makes topic and tables; a server that is missing is a failure. */
export async function openRelayBench(
  name: StoreName,
  world: LogWorld,
  seed: number,
): Promise<RelayBench> {
  const service = services[name];
  const found = storeCases.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`there is no store ${name}`);
  const keyStore = await openKeyStoreWorld();
  const keys = await keyStore.keysOf(service, `store.${service}`);
  const store = found.open(world.instance, { service, vault: keys.vault(`store.${service}`) });
  await store.migrate();
  const topic = await world.createTopic(service);
  const relays = relayStarter(service, world.instance, keyStore.url());
  const participant = boxParticipant(store);
  const chance = seededChance(seed);
  let commands = 0;

  async function writeOne(): Promise<void> {
    commands += 1;
    const coins = 1 + chance(9);
    const first = chance(boxes);
    const count = 1 + chance(boxesMax);
    const ids = Array.from({ length: count }, (_, index) => `box-${(first + index) % boxes}`);
    const message = stepOf(`saga-${commands}`, ids.sort()).forward(0, { coins });
    await insisting(() => participant.handle(message));
  }

  return {
    ...{ name, service, world, topic, store, keysUrl: keyStore.url() },
    async write(count) {
      for (let done = 0; done < count; done += 1) await writeOne();
    },
    drained: (isEnough = () => false) =>
      whileItMoves(async () => {
        const { pending } = await store.depth();
        return { left: isEnough() ? 0 : pending, what: `events of ${service} were never sent` };
      }, stallMs),
    startRelay: (crashPoints) => relays.start(crashPoints),
    async close() {
      await relays.close();
      await store.close();
      await keys.close();
      await keyStore.close();
    },
  };
}

/** Whole numbers below a bound, the same for the same seed (mulberry32). */
export function seededChance(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
