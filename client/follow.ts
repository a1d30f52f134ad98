import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import type { operations } from './api';

/** A saga as the gateway shows it. */
export type Saga = operations['getSaga']['responses'][200]['content']['application/json'];

/** A change of a saga that is followed: the whole of it. */
export interface SagaChange {
  /** `reset`: the read model was built anew; forget what was seen. */
  readonly event: 'saga' | 'reset';
  readonly saga: Saga;
}

/** The gateway ends the stream with a problem, or refuses it. */
export class FollowRefused extends Error {
  override readonly name = 'FollowRefused';

  constructor(
    /** Code of the problem, for example NOT_FOUND. */
    readonly code: string,
    readonly status?: number,
  ) {
    super(`the saga cannot be followed: ${code}`);
  }
}

export interface FollowParts {
  readonly baseUrl: string;
  readonly token: () => Promise<string>;
  readonly send: (request: Request) => Promise<Response>;
  readonly pause: (ms: number) => Promise<void>;
}

/** Between the end of a stream that was cut and the next one, milliseconds; the gateway may say another number. */
const comeBackMs = 1_000;

/** Where a reader is, over all its streams. */
interface Place {
  lastId: string | undefined;
  comeBackMs: number;
}

async function open(
  { baseUrl, token, send }: FollowParts,
  sagaId: string,
  { lastId, signal }: { readonly lastId: string | undefined; readonly signal: AbortSignal },
): Promise<ReadableStream<Uint8Array>> {
  const headers = {
    accept: 'text/event-stream, application/problem+json',
    authorization: `Bearer ${await token()}`,
    ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
  };
  const url = new URL(`/sagas/${encodeURIComponent(sagaId)}/events`, baseUrl);
  const response = await send(new Request(url, { headers, signal }));
  if (response.ok && response.body !== null) return response.body;
  const problem = (await response.json().catch(() => ({}))) as { readonly code?: string };
  throw new FollowRefused(problem.code ?? 'UNKNOWN', response.status);
}

/** Events of one stream, until it ends or is cut. */
async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  place: Place,
): AsyncGenerator<EventSourceMessage, void, void> {
  const found: EventSourceMessage[] = [];
  const parser = createParser({
    onEvent: (event) => void found.push(event),
    onRetry: (ms) => void (place.comeBackMs = ms),
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      for (const event of found.splice(0)) {
        place.lastId = event.id ?? place.lastId;
        yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Follows a saga over as many streams as it takes. */
export async function* follow(
  parts: FollowParts,
  sagaId: string,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<SagaChange, void, void> {
  const place: Place = { lastId: undefined, comeBackMs };
  while (!signal.aborted) {
    try {
      const body = await open(parts, sagaId, { lastId: place.lastId, signal });
      for await (const { event, data } of eventsOf(body, place)) {
        if (event === 'end') return;
        if (event === 'problem')
          throw new FollowRefused((JSON.parse(data) as { code: string }).code);
        if (event === 'saga' || event === 'reset') yield { event, saga: JSON.parse(data) as Saga };
      }
    } catch (error) {
      if (error instanceof FollowRefused) throw error;
      // Cut on its way: the gateway was stopped, or the network was. It goes on where it was.
    }
    if (!signal.aborted) await parts.pause(place.comeBackMs);
  }
}
