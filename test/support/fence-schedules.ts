import type { ServiceStore } from '../../platform/outbox/ports';
import { boxParticipant } from './box-service';
import type { Box } from './box-service';
import { playOn } from './fence-play';

/** Where the process dies during a delivery: nowhere, with nothing committed, or with everything but the answer. */
export type Crash = 'none' | 'before-commit' | 'before-answer';

/** Four deliveries of one step, each with its crash. */
export type Schedule = readonly { readonly kind: 'F' | 'U'; readonly crash: Crash }[];

const crashes: readonly Crash[] = ['none', 'before-commit', 'before-answer'];
const orders = ['FFUU', 'FUFU', 'FUUF', 'UFFU', 'UFUF', 'UUFF'] as const;

/** All 6 orders of two forwards and two undos, times 3 crashes at each of the 4 deliveries: 486. */
export function allSchedules(): readonly Schedule[] {
  return orders.flatMap((order) =>
    Array.from({ length: 81 }, (_, number) =>
      [...order].map((kind, place) => ({
        kind: kind as 'F' | 'U',
        crash: crashes[Math.floor(number / 3 ** place) % 3] as Crash,
      })),
    ),
  );
}

/** A store that dies at its transaction's end: the work is rolled back, or committed and never answered. */
export function dyingStore(
  store: Pick<ServiceStore<Box>, 'transact'>,
  crash: Crash,
): Pick<ServiceStore<Box>, 'transact'> {
  return {
    async transact(key, work, options) {
      const answer = await store.transact(
        key,
        async (view) => {
          const outcome = await work(view);
          if (crash === 'before-commit') throw new Error('crashed before the commit');
          return outcome;
        },
        options,
      );
      if (crash === 'before-answer') throw new Error('crashed before the answer');
      return answer;
    },
  };
}

/** Plays one schedule for a saga of its own and holds every delivery and the end against the rules. */
export async function playSchedule(
  store: ServiceStore<Box>,
  sagaId: string,
  schedule: Schedule,
): Promise<void> {
  const play = playOn(store, sagaId);
  let row = 'absent';
  for (const { kind, crash } of schedule) {
    const answer = await play.deliver(`${kind}0`, boxParticipant(dyingStore(store, crash)));
    const due = ruled(row, kind);
    if (crash !== 'before-commit') row = due.row;
    // A fault is thrown by the work itself, before either crash can come.
    const isAnswered = crash === 'none' || due.answer === 'STEP_FENCED';
    expect(answer).toBe(isAnswered ? due.answer : 'INVARIANT_BROKEN');
  }
  const effects = row === 'done 0' || row === 'undone 0' ? 2 : 0;
  const reversals = row === 'undone 0' ? 2 : 0;
  const coins = (effects - reversals) * 5;
  const seen = { row, coins, puts: effects, takes: reversals, events: effects + reversals };
  expect(await play.look()).toEqual(seen);
}

/** The rules once more and independently of the table: four rows, two kinds, one epoch. */
function ruled(row: string, kind: 'F' | 'U'): { readonly row: string; readonly answer: string } {
  if (kind === 'F') {
    if (row === 'absent' || row === 'done 0') return { row: 'done 0', answer: 'done 5' };
    return { row, answer: 'STEP_FENCED' };
  }
  if (row === 'absent' || row === 'tombstone 0') return { row: 'tombstone 0', answer: 'no-effect' };
  return { row: 'undone 0', answer: 'undone' };
}
