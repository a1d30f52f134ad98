/** Work under way, shared by those who want the same. */
export interface Flights {
  /** Does `work` for the key, or joins who is about to. */
  fly<Found>(key: string, work: () => Promise<Found>): Promise<Found>;
  /** Somebody is at it. */
  has(key: string): boolean;
}

interface Flight {
  promise: Promise<unknown>;
  isOpen: boolean;
}

/**
 * One piece of work at a time for a key. Who comes while it is done waits for the next one, together with all others:
 * an answer is never made of something that was read before the question was asked.
 */
export function createFlights(): Flights {
  const latest = new Map<string, Flight>();
  return {
    has: (key) => latest.has(key),
    fly<Found>(key: string, work: () => Promise<Found>): Promise<Found> {
      const before = latest.get(key);
      if (before?.isOpen) return before.promise as Promise<Found>;
      const flight: Flight = { promise: Promise.resolve(), isOpen: true };
      const depart = (): Promise<Found> => {
        flight.isOpen = false;
        return work();
      };
      const arrived = before === undefined ? depart() : before.promise.then(depart, depart);
      flight.promise = arrived.finally(() => {
        if (latest.get(key) === flight) latest.delete(key);
      });
      latest.set(key, flight);
      return flight.promise as Promise<Found>;
    },
  };
}
