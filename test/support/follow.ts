import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';
import { gatewayOf } from '../../cli/up/api-client';
import { environmentFor } from './world';

/** An event of a stream as it came. */
export interface SeenEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Follow {
  readonly token: string;
  readonly lastId?: string | undefined;
  readonly signal?: AbortSignal;
}

/** Follows a saga over one connection, as a browser would; it ends with the stream, and throws where that is cut. */
export async function* followOnce(path: string, follow: Follow): AsyncGenerator<SeenEvent> {
  const { gatewayUrl, caFile } = gatewayOf(environmentFor);
  const dispatcher = new Agent({ connect: { ca: readFileSync(caFile, 'utf8') } });
  try {
    const response = await fetch(`${gatewayUrl}${path}/events`, {
      dispatcher,
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${follow.token}`,
        ...(follow.lastId === undefined ? {} : { 'last-event-id': follow.lastId }),
      },
      ...(follow.signal === undefined ? {} : { signal: follow.signal }),
    });
    if (response.status !== 200 || response.body === null) {
      throw new Error(`no stream: ${response.status} ${await response.text()}`);
    }
    yield* eventsOf(response.body as AsyncIterable<Uint8Array>);
  } finally {
    await dispatcher.destroy();
  }
}

async function* eventsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SeenEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = eventOf(block);
      if (event !== undefined) yield event;
    }
  }
}

/** Comments and `retry` are no events. */
export function eventOf(block: string): SeenEvent | undefined {
  const fields = block.split('\n').map((line) => {
    const at = line.indexOf(':');
    return [line.slice(0, at), line.slice(at + 1).trimStart()] as const;
  });
  const { id, event, data } = Object.fromEntries(fields) as Record<string, string | undefined>;
  if (event === undefined || data === undefined) return undefined;
  const parsed = JSON.parse(data) as Record<string, unknown>;
  return { ...(id === undefined ? {} : { id }), event, data: parsed };
}

/** Goes on where it was however often it is cut, until the saga has ended; answers every event there was. */
export async function followToTheEnd(
  path: string,
  token: () => Promise<string>,
  giveUpMs = 90_000,
): Promise<readonly SeenEvent[]> {
  const seen: SeenEvent[] = [];
  const untilMs = performance.now() + giveUpMs;
  for (;;) {
    const lastId = seen.findLast(({ id }) => id !== undefined)?.id;
    try {
      for await (const event of followOnce(path, { token: await token(), lastId })) {
        seen.push(event);
        if (event.event === 'end') return seen;
      }
    } catch (error) {
      if (performance.now() > untilMs) throw error;
    }
    if (performance.now() > untilMs) throw new Error(`no end of ${path}: ${JSON.stringify(seen)}`);
    await new Promise((resume) => setTimeout(resume, 100));
  }
}
