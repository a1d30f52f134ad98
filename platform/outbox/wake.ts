/** In-process hints that new events are there. Losing one costs a polling interval, never an event. */
export interface Wakes {
  /** Calls every subscriber; what a subscriber throws is its own affair and stays there. */
  emit(): void;
  subscribe(wake: () => void): () => void;
}

export function createWakes(): Wakes {
  const subscribers = new Set<() => void>();
  return {
    emit() {
      for (const wake of subscribers) queueMicrotask(wake);
    },
    subscribe(wake) {
      const own = () => wake();
      subscribers.add(own);
      return () => void subscribers.delete(own);
    },
  };
}
