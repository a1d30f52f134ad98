import type { TillDelivery, TillPlay, TillSight } from './till-play';

const orders = ['FFUU', 'FUFU', 'FUUF', 'UFFU', 'UFUF', 'UUFF', 'FUSF', 'FSUF', 'SFUF', 'FUSU'];
/** Before the intent, after it and before the call, after the call and before its conclusion, before the reply. */
const crashes = ['', '!intent', '!call', '!word', '!answer'];

/** Every order of four deliveries, with every crash at each of them: 10 × 5⁴ = 6,250. */
export function tillSchedules(): readonly (readonly TillDelivery[])[] {
  return orders.flatMap((order) =>
    Array.from({ length: 5 ** 4 }, (_, number) =>
      [...order].map(
        (kind, place) => `${kind}0${crashes[Math.floor(number / 5 ** place) % 5] ?? ''}`,
      ),
    ),
  );
}

const standing = ({ charges }: TillSight) => charges.filter((one) => one === 'authorized').length;

/**
 * Plays a schedule and holds every delivery against the promises, not against the table: never two charges for one
 * epoch, nothing stands that an undo or settle shut, nothing is reversed that a settle answered done, and an answer
 * says what is true at the provider. At the end a last undo leaves nothing here and there, or is fenced by a settle.
 */
export async function playTillSchedule(
  play: TillPlay,
  schedule: readonly TillDelivery[],
): Promise<void> {
  let isShut = false;
  let isKept = false;
  const holds = async (delivery: TillDelivery) => {
    const answer = await play.deliver(delivery);
    const sight = await play.look();
    expect(sight.charges.length).toBeLessThanOrEqual(1);
    if (isShut) expect(standing(sight)).toBe(0);
    if (isKept) expect(standing(sight)).toBe(1);
    if (/^(undone|no-effect|not-done)$/.test(answer)) {
      isShut = true;
      expect({ coins: sight.coins, standing: standing(sight) }).toEqual({ coins: 0, standing: 0 });
    }
    if (answer.startsWith('done')) {
      isKept ||= delivery.startsWith('S');
      expect({ coins: sight.coins, standing: standing(sight) }).toEqual({ coins: 10, standing: 1 });
    }
    if (/^(done|undone|tombstone|absent)/.test(sight.row)) {
      expect(sight.coins).toBe(standing(sight) * 10);
    }
    return answer;
  };
  try {
    for (const delivery of schedule) await holds(delivery);
    const last = await holds('U0');
    // Fenced by a settle, whose own repetition says for good that the step is done.
    if (last === 'STEP_FENCED') expect(await holds('S0')).toBe('done 5');
    else expect(last).toMatch(/^(undone|no-effect)$/);
  } catch (error) {
    throw new Error(`${schedule.join(' ')}: ${String(error)}`, { cause: error });
  }
}
