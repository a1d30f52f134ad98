import { createMemoryStore } from '../../platform/outbox/memory/store';
import { generationOf } from '../../platform/kernel/epoch';
import type { ServiceStore } from '../../platform/outbox/ports';
import type { Box } from './box-service';
import { inBatches } from './in-batches';
import { playOn } from './fence-play';
import type { Delivery, Play, Sight } from './fence-play';

/** A set of deliveries in every order, after what always came first. */
interface Family {
  readonly name: string;
  readonly first: readonly Delivery[];
  readonly deliveries: readonly Delivery[];
}

const sixRows: readonly (readonly Delivery[])[] = [
  [],
  ['F0'],
  ['F0:refused'],
  ['F0', 'U0'],
  ['U0'],
  ['F0', 'S0'],
];

/** The families of settles, epochs and runs; a late delivery is one more place in the order. */
export const fenceFamilies: readonly Family[] = [
  {
    name: 'an undo that comes late after a settle',
    first: [],
    deliveries: ['F0', 'U0', 'S0', 'U0'],
  },
  { name: 'a settle twice over done', first: ['F0'], deliveries: ['S0', 'S0', 'U0', 'F0'] },
  {
    name: 'a retry after a settle, with everything late',
    first: [],
    deliveries: ['S0', 'F1', 'U1', 'F1', 'S0'],
  },
  ...sixRows.flatMap((first) => [
    {
      name: `a higher undo over ${first.join(' ') || 'nothing'}`,
      first,
      deliveries: ['U2', 'F2', 'F2', 'F0'],
    },
    {
      name: `a higher settle over ${first.join(' ') || 'nothing'}`,
      first,
      deliveries: ['S2', 'F2', 'U2', 'U0'],
    },
  ]),
  {
    name: 'two runs of one generation',
    first: [],
    deliveries: ['F0', 'U0', 'F0@b', 'U0@b', 'S0@b'],
  },
  {
    name: 'a closing among what it fences',
    first: [],
    deliveries: ['F0', 'U0', 'C1@b', 'U65536@b'],
  },
  {
    name: 'a closing over an effect',
    first: ['F0'],
    deliveries: ['S0', 'U0', 'C1@b', 'S65536@b'],
  },
];

/** How families are played: so many at once, against the model unless told, and one in so many of them. */
interface FamilyOptions {
  readonly atOnce: number;
  readonly compare?: boolean;
  readonly oneIn?: number;
}

/**
 * Plays every order of every family, each as a saga of its own, `atOnce` sagas at a time. After each delivery the store
 * must stand where the in-memory model stands (unless it is the model itself), and the promises are checked by
 * themselves. Answers how many it played.
 */
export async function playFamilies(
  storeOf: () => ServiceStore<Box>,
  { atOnce, compare = true, oneIn = 1 }: FamilyOptions,
): Promise<number> {
  const all = fenceFamilies.flatMap(({ name, first, deliveries }) =>
    ordersOf(deliveries).map((order) => ({ name, sequence: [...first, ...order] })),
  );
  const sequences = all.filter((_, index) => index % oneIn === 0);
  await inBatches(sequences, atOnce, async ({ name, sequence }, index) => {
    try {
      const play = playOn(storeOf(), `family-${index}`);
      await playSequence(play, sequence, compare);
    } catch (error) {
      throw new Error(`${name}: ${sequence.join(' ')}: ${String(error)}`, { cause: error });
    }
  });
  return sequences.length;
}

async function playSequence(
  play: Play,
  sequence: readonly Delivery[],
  compare: boolean,
): Promise<void> {
  const model = compare ? playOn(createMemoryStore<Box>(), play.sagaId) : undefined;
  const promises = promiseKeeper();
  for (const delivery of sequence) {
    const answer = await play.deliver(delivery);
    const sight = await play.look();
    if (model !== undefined) {
      expect(answer).toBe(await model.deliver(delivery));
      expect(sight).toEqual(await model.look());
    }
    promises(delivery, answer, sight);
  }
}

/**
 * M1 and M2: one net effect at most, none by an epoch that is shut, no reversal of an epoch answered done; and nothing
 * at all by a generation that was closed.
 */
function promiseKeeper() {
  const shut = new Set<string>();
  const kept = new Set<string>();
  let closedBelow = 0;
  let last: Sight = { row: 'absent', coins: 0, puts: 0, takes: 0, events: 0 };
  return (delivery: Delivery, answer: string, sight: Sight) => {
    const epochAndRun = delivery.slice(1);
    expect([0, 10]).toContain(sight.coins);
    if (sight.puts > last.puts) expect(shut).not.toContain(epochAndRun);
    if (sight.takes > last.takes) expect(kept).not.toContain(epochAndRun);
    if (sight.events > last.events) {
      expect(generationOf(parseInt(epochAndRun, 10))).toBeGreaterThanOrEqual(closedBelow);
    }
    if (answer.startsWith('closed')) closedBelow = parseInt(epochAndRun, 10);
    if (delivery.startsWith('U') && /^(undone|no-effect)$/.test(answer)) shut.add(epochAndRun);
    if (delivery.startsWith('S') && answer === 'not-done') shut.add(epochAndRun);
    if (delivery.startsWith('S') && answer.startsWith('done')) kept.add(epochAndRun);
    last = sight;
  };
}

/** All distinct orders of a list. */
function ordersOf(deliveries: readonly Delivery[]): Delivery[][] {
  if (deliveries.length === 0) return [[]];
  return [...new Set(deliveries)].flatMap((first) => {
    const at = deliveries.indexOf(first);
    const rest = deliveries.filter((_, index) => index !== at);
    return ordersOf(rest).map((order) => [first, ...order]);
  });
}
