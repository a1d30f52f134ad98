import { hashOf } from '../../platform/outbox/hash';
import type { ServiceStore } from '../../platform/outbox/ports';
import type { Box } from './box-service';
import { boxParticipant, stepOf } from './box-service';
import { answered, playOn } from './fence-play';

/** Technical answers a saga would simply send again. */
const again = new Set(['STORE_CONFLICT', 'STORE_UNAVAILABLE']);

/** Two stores of one world, each with connections of its own: what goes through both really races. */
export type TwoStores = readonly [ServiceStore<Box>, ServiceStore<Box>];

const steps = ['F0', 'U0', 'F0', 'U0', 'S0', 'F1', 'S0'];
const closings = ['F0', 'C1@b', 'U0', 'F0', 'C1@b', 'S0'];

/**
 * Delivers forwards, undos and settles of one step at the same moment, through two stores in a shuffled order, again
 * where the store was too busy, and holds the end against the rules: whoever came first, the boxes say what the row
 * says. In every second race the saga is closed meanwhile: what the closing saw is then the end of it.
 */
export async function raceOneStep(stores: TwoStores, sagaId: string, seed: number): Promise<void> {
  const plays = stores.map((store) => playOn(store, sagaId));
  const isClosing = seed % 2 === 1;
  const deliveries = shuffled(isClosing ? closings : steps, sagaId);
  const answers = await Promise.all(
    deliveries.map((delivery, index) => untilAnswered(() => plays[index % 2]!.deliver(delivery))),
  );
  const sight = await plays[0]!.look();
  const seen = `closed over ${sight.row === 'absent' ? 'nothing' : sight.row}`;
  const allowed = new Set([...knownAnswers, ...(isClosing ? [seen] : [])]);
  expect(answers.filter((answer) => !allowed.has(answer))).toEqual([]);
  expect(sight.events).toBe(sight.puts + sight.takes);
  expect(sight.coins).toBe((sight.puts - sight.takes) * 5);
  expect(sight.coins).toBe(sight.row.startsWith('done') ? 10 : 0);
  // A forward of epoch 0 and one of epoch 1 may both have been applied, with the first undone in between.
  expect(sight.puts).toBeLessThanOrEqual(4);
}

/** The same order for the same race, in every run. */
function shuffled(deliveries: readonly string[], race: string): string[] {
  const places = deliveries.map((delivery, index) => ({
    delivery,
    place: hashOf([race, index]),
  }));
  places.sort((left, right) => (left.place < right.place ? -1 : 1));
  return places.map(({ delivery }) => delivery);
}

const knownAnswers = new Set(['done 5', 'undone', 'no-effect', 'not-done', 'STEP_FENCED']);

/** Many sagas put coins into one box at once: every put is in, once, and the history has no hole. */
export async function raceOneBox(stores: TwoStores, boxId: string, sagas: number): Promise<void> {
  const participants = stores.map((store) => boxParticipant(store));
  const answers = await Promise.all(
    Array.from({ length: sagas }, (_, number) => {
      const step = stepOf(`${boxId}-saga-${number}`, [boxId]);
      return untilAnswered(() => answered(participants[number % 2]!, step.forward(0)));
    }),
  );
  expect(new Set(answers)).toEqual(new Set(['done 5']));
  const box = await stores[0].readAggregate(boxId);
  expect(box).toEqual({
    id: boxId,
    seq: sagas,
    state: { coins: 5 * sagas, puts: sagas, takes: 0, locked: false },
  });
}

async function untilAnswered(deliver: () => Promise<string>): Promise<string> {
  const deadlineMs = performance.now() + 20_000;
  for (;;) {
    const answer = await deliver();
    if (!again.has(answer) || performance.now() > deadlineMs) return answer;
  }
}
