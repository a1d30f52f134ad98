import type { NewEvent, RecordedEvent } from '../../platform/kernel/decision';
import { outOfPlace } from '../fold';
import type { OrderLine } from '../values';

/** Pieces stand in `reserved` and `shipped`; over `released` a new reservation may come. */
export type ReservationStatus = 'reserved' | 'released' | 'shipped' | 'restocked';

/** What is set aside for one order: aggregate `reservation/<orderId>`. */
export type ReservationState = {
  readonly kind: 'reservation';
  readonly orderId: string;
  readonly lines: readonly OrderLine[];
  readonly status: ReservationStatus;
  /** Semantic lock, from reservation until release or shipping. */
  readonly heldBy: string | null;
  /** Number of the event that took the lock: an undo reverses that very event, never a later one like it. */
  readonly heldSinceSeq: number | null;
};

type Reservation = Pick<ReservationState, 'orderId' | 'lines'>;

/** Every fact about a reservation, by event type. */
export type ReservationFacts = {
  'reservation.made': Reservation & { readonly heldBy: string };
  'reservation.released': Reservation;
  'reservation.shipped': Reservation;
  'reservation.restocked': Reservation;
};

type ReservationFact = {
  [Type in keyof ReservationFacts]: { readonly type: Type; readonly data: ReservationFacts[Type] };
}[keyof ReservationFacts];

const statusAfter: Readonly<Record<string, ReservationStatus>> = {
  'reservation.released': 'released',
  'reservation.shipped': 'shipped',
  'reservation.restocked': 'restocked',
};

/** Id of a reservation's aggregate. */
export function reservationAggregate(orderId: string): string {
  return `reservation/${orderId}`;
}

/** Builds the event of a fact about a reservation. */
export function reservationFact<Type extends keyof ReservationFacts>(
  type: Type,
  data: ReservationFacts[Type],
): NewEvent {
  return { aggregateId: reservationAggregate(data.orderId), type, data };
}

/** The fold of a reservation's events; throws `INVARIANT_BROKEN` for an event that cannot come where it stands. */
export function evolveReservation(
  state: ReservationState | undefined,
  event: RecordedEvent,
): ReservationState {
  const fact = event as unknown as ReservationFact;
  if (fact.type === 'reservation.made') {
    const { heldBy, orderId, lines } = fact.data;
    const lock = { heldBy, heldSinceSeq: event.seq };
    return { kind: 'reservation', orderId, lines, status: 'reserved', ...lock };
  }
  const status = statusAfter[event.type];
  if (state === undefined || status === undefined) throw outOfPlace(event);
  return { ...state, status, heldBy: null, heldSinceSeq: null };
}
