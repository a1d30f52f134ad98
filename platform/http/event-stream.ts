import type { Response } from 'express';

/** Limits of a stream of events. Times in milliseconds. */
export const streamLimits = {
  /** Proxies close what is silent for a minute. */
  heartbeatMs: 15_000,
  /** A client that takes less than it is sent has its connection cut at so many bytes; it resumes where it was. */
  waitingBytesMax: 256 * 1024,
  /** What clients are told to wait before they come again. */
  retryMs: 1_000,
} as const;

/** One event, as the HTML standard has server-sent events. */
export interface StreamEvent {
  /** What a client names to go on from here. */
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

/** Where events go, for as long as somebody is there. */
export interface StreamSink {
  send(event: StreamEvent): void;
  /** Aborted when the client has gone, or takes nothing. */
  readonly closed: AbortSignal;
}

/** Lines of an event; JSON has no line breaks of its own. */
export function linesOf({ id, event, data }: StreamEvent): string {
  const first = id === undefined ? '' : `id: ${id}\n`;
  return `${first}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The media type that says that an answer does not end by itself. */
export const eventStreamType = 'text/event-stream';

/** Answers with a stream of events until `write` is done or the client has gone. */
export async function streamTo(
  response: Response,
  write: (sink: StreamSink) => Promise<void>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.status(200).set({ 'content-type': eventStreamType, 'x-accel-buffering': 'no' });
  response.flushHeaders();
  // What was asked for is there now; how long the client stays says nothing of us.
  (response.locals as { measured?: () => void }).measured?.();
  if (response.req.method === 'HEAD') {
    response.end();
    return;
  }
  const put = (text: string): void => {
    if (gone.signal.aborted) return;
    response.write(text);
    if (response.writableLength > streamLimits.waitingBytesMax) response.destroy();
  };
  put(`retry: ${streamLimits.retryMs}\n\n`);
  const heartbeat = setInterval(() => put(':\n\n'), streamLimits.heartbeatMs).unref();
  try {
    await write({ send: (event) => put(linesOf(event)), closed: gone.signal });
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}
