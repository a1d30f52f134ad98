import { Gauge } from 'prom-client';
import { metricNames } from '../../platform/runtime/metric-names';
import type { Answer, Call } from '../../platform/security/operations';
import { gatewayProblem } from '../problems';
import { findSaga, maySee, noSuchSaga, wholeRow } from '../sagas/find';
import { streamSaga } from '../sagas/stream';
import type { GatewayParts } from './parts';
import { rowBody, sagaBody } from './saga-body';

/** Streams open at the same time, at most: of one person, and of this process. */
export const followLimits = { ofOne: 5, inAll: 500 } as const;

/** `setTimeout` takes no more. */
const timerMsMax = 2 ** 31 - 1;

/** Counts who has how many streams open. */
function createSeats(registry: GatewayParts['registry']) {
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

/** Aborted when the token ends, or this process is about to; a stream must not outlive what it was allowed by. */
export function endOf(expiresAtSeconds: number, stopping: AbortSignal) {
  const end = new AbortController();
  const abort = (): void => end.abort();
  const leftMs = expiresAtSeconds * 1_000 - Date.now();
  const timer = setTimeout(abort, Math.min(Math.max(0, leftMs), timerMsMax)).unref();
  if (stopping.aborted) abort();
  stopping.addEventListener('abort', abort, { once: true });
  const forget = (): void => {
    clearTimeout(timer);
    stopping.removeEventListener('abort', abort);
  };
  return { signal: end.signal, forget };
}

type FollowCall = Pick<Call, 'request'> & {
  readonly params: { readonly id: string };
  readonly principal: NonNullable<Call['principal']>;
};

/** Handler of the stream of one saga. */
export function followHandlers(parts: GatewayParts) {
  const seats = createSeats(parts.registry);
  return {
    async followSaga({ params: { id }, principal, request }: FollowCall): Promise<Answer> {
      const mine = (owner: string) => maySee(principal, parts.issuer, owner);
      const found = await findSaga(parts, id, mine);
      if (found === undefined) throw noSuchSaga();
      const leave = seats.take(principal.subject);
      return {
        async stream(sink) {
          const { signal, forget } = endOf(principal.expiresAt, parts.stopping);
          try {
            await streamSaga(sink, {
              ...{ feed: parts.feed, workflowId: id, ends: signal },
              row: () => wholeRow(parts, id),
              bodyOf: (row) => rowBody(parts, row),
              first: found.source === 'engine' ? sagaBody(parts, found) : undefined,
              lastId: request.get('last-event-id'),
            });
          } finally {
            forget();
            leave();
          }
        },
      };
    },
  };
}
