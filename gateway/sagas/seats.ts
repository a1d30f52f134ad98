import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { metricNames } from '../../platform/runtime/metric-names';
import { gatewayProblem } from '../problems';

/** Streams open at the same time, at most: of one person, and of this process. */
export const followLimits = { ofOne: 5, inAll: 500 } as const;

/** Who has how many streams open. */
export interface Seats {
  /** Takes one, and answers how to leave it; throws the problem TOO_MANY_STREAMS. */
  take(subject: string): () => void;
}

/** Counts the streams of one process. */
export function createSeats(registry: Registry): Seats {
  const taken = new Map<string, number>();
  let inAll = 0;
  new Gauge({
    name: metricNames.streamsOpen,
    help: 'Streams of sagas that are open',
    registers: [registry],
    collect() {
      this.set(inAll);
    },
  });
  return {
    take(subject: string): () => void {
      const own = taken.get(subject) ?? 0;
      if (own >= followLimits.ofOne || inAll >= followLimits.inAll) {
        const detail = `at most ${followLimits.ofOne} of a person; end one of yours`;
        throw gatewayProblem('TOO_MANY_STREAMS', { detail, retryAfterSeconds: 5 });
      }
      taken.set(subject, own + 1);
      inAll += 1;
      return () => {
        inAll -= 1;
        const left = (taken.get(subject) ?? 1) - 1;
        if (left === 0) taken.delete(subject);
        else taken.set(subject, left);
      };
    },
  };
}
