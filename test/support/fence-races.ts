import type { ServiceStore } from '../../platform/outbox/ports';
import type { Box } from './box-service';
import { boxParticipant, stepOf } from './box-service';
import { answered, playOn } from './fence-play';

/** Technical answers a saga would simply send again. */
const again = new Set(['STORE_CONFLICT', 'STORE_UNAVAILABLE']);

/**
 * Delivers forwards, undos and a settle of one step at the same moment, again where the store was too busy, and holds
 * the end against the rules: whoever came first, the boxes say what the step record says.
 */
export async function raceOneStep(store: ServiceStore<Box>, sagaId: string): Promise<void> {
  const play = playOn(store, sagaId);
  const deliveries = ['F0', 'U0', 'F0', 'U0', 'S0', 'F1', 'S0'];
  const answers = await Promise.all(
    deliveries.map((delivery) => untilAnswered(() => play.deliver(delivery))),
  );
  expect(answers.filter((answer) => !knownAnswers.has(answer))).toEqual([]);
  const sight = await play.look();
  expect(sight.events).toBe(sight.puts + sight.takes);
  expect(sight.coins).toBe((sight.puts - sight.takes) * 5);
  expect(sight.coins).toBe(sight.row.startsWith('done') ? 10 : 0);
  // A forward of epoch 0 and one of epoch 1 may both have been applied, with the first undone in between.
  expect(sight.puts).toBeLessThanOrEqual(4);
}

const knownAnswers = new Set(['done 5', 'undone', 'no-effect', 'not-done', 'STEP_FENCED']);

/** Many sagas put coins into one box at once: every put is in, once, and the history has no hole. */
export async function raceOneBox(
  store: ServiceStore<Box>,
  boxId: string,
  sagas: number,
): Promise<void> {
  const participant = boxParticipant(store);
  const answers = await Promise.all(
    Array.from({ length: sagas }, (_, number) => {
      const step = stepOf(`${boxId}-saga-${number}`, [boxId]);
      return untilAnswered(() => answered(participant, step.forward(0)));
    }),
  );
  expect(new Set(answers)).toEqual(new Set(['done 5']));
  const box = await store.readAggregate(boxId);
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
