import type { Answer, Call } from '../../platform/security/operations';
import { findSaga, maySee, noSuchSaga, wholeRow } from '../sagas/find';
import type { Seats } from '../sagas/seats';
import { streamSaga } from '../sagas/stream';
import type { GatewayParts } from './parts';
import { rowBody, sagaBody } from './saga-body';

/** `setTimeout` takes no more. */
const timerMsMax = 2 ** 31 - 1;

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
export function followHandlers(parts: GatewayParts, seats: Seats) {
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
