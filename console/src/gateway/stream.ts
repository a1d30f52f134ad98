import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import type { Send } from './session';
import { ProblemError, problemFrom } from './problem';

/** How a stream does, in words that pages show. */
export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'ended';

export interface StreamOptions {
  readonly send: Send;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: EventSourceMessage) => void;
  readonly onState: (state: StreamState) => void;
}

/** Between a stream that was cut and the next one, milliseconds, where the gateway names no other number. */
const comeBackMs = 1_000;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    const timer = setTimeout(resume, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resume()), { once: true });
  });
}

interface Place {
  lastId: string | undefined;
  comeBackMs: number;
  isOver: boolean;
}

async function readOne(options: StreamOptions, place: Place): Promise<void> {
  const { send, path, signal, onEvent, onState } = options;
  const headers = {
    accept: 'text/event-stream, application/problem+json',
    ...(place.lastId === undefined ? {} : { 'last-event-id': place.lastId }),
  };
  const response = await send(new Request(path, { headers, signal }));
  if (!response.ok || response.body === null)
    throw new ProblemError(
      problemFrom(await response.json().catch(() => undefined), response.status),
    );
  onState('live');
  const parser = createParser({
    onRetry: (ms) => void (place.comeBackMs = ms),
    onEvent: (event) => {
      place.lastId = event.id ?? place.lastId;
      place.isOver ||= event.event === 'end';
      onEvent(event);
    },
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.feed(value);
  }
}

/** Refusals that do not pass by themselves; every other failure may. */
const lasting = new Set(['ROLE_MISSING', 'NOT_FOUND', 'PATH_INVALID', 'QUERY_INVALID']);

/**
 * Reads a stream until the signal, its `end` event, or a refusal that lasts, which is thrown. A stream ends with the
 * session it was opened in, and when its gateway stops: then it is opened again where it was.
 */
export async function readStream(options: StreamOptions): Promise<void> {
  const { signal, onState } = options;
  const place: Place = { lastId: undefined, comeBackMs, isOver: false };
  onState('connecting');
  while (!signal.aborted) {
    try {
      await readOne(options, place);
    } catch (error) {
      if (error instanceof ProblemError && lasting.has(error.problem.code)) throw error;
      // Cut on its way, or turned away for now.
    }
    if (signal.aborted) return;
    if (place.isOver) return onState('ended');
    onState('reconnecting');
    await pause(place.comeBackMs, signal);
  }
}
