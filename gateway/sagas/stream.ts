import type { StreamSink } from '../../platform/http/event-stream';
import { isFault } from '../../platform/kernel/faults';
import type { SagaPosition, SagaRow } from '../read-model';
import { hasEnded } from './reach';
import type { SagaFeed } from './feed';

/** `<generation>:<version>`, the id of an event: where in which table of sagas somebody is. */
export function idOf({ generation, version }: SagaPosition): string {
  return `${generation}:${version}`;
}

/** The position a client names; undefined for what is none of ours. */
export function positionOf(id: string | undefined): SagaPosition | undefined {
  const [, generation = '', version] = /^([\w#-]{1,100}):(\d{1,9})$/.exec(id ?? '') ?? [];
  return version === undefined ? undefined : { generation, version: Number(version) };
}

export interface StreamParts {
  readonly feed: SagaFeed;
  readonly workflowId: string;
  /** The saga's row; undefined before its first event. Rejects while the read model is away. */
  readonly row: () => Promise<SagaRow | undefined>;
  readonly bodyOf: (row: SagaRow) => Record<string, unknown>;
  /** What is sent before the journal has said anything of the saga; undefined where it has. */
  readonly first: Record<string, unknown> | undefined;
  /** `Last-Event-ID` of a client that comes again. */
  readonly lastId: string | undefined;
  /** Aborted when the stream ends for another reason than the end of the saga: the token, or this process. */
  readonly ends: AbortSignal;
  /** Milliseconds until a row that could not be read is read again. */
  readonly againMs?: number;
}

/** Where a client is, and what it is sent next. */
interface Place {
  seen: SagaPosition | undefined;
  /** It named a position that is none of ours. */
  isLost: boolean;
}

/** Nothing that the client has seen, and nothing older; versions of another table say nothing about those of this. */
function nextEvent({ seen, isLost }: Place, found: SagaPosition): 'saga' | 'reset' | undefined {
  if (isLost) return 'reset';
  if (seen === undefined) return 'saga';
  if (seen.generation !== found.generation) return 'reset';
  return found.version > seen.version ? 'saga' : undefined;
}

/** Sends what is new in a row; answers whether the saga has ended. */
function show(
  sink: StreamSink,
  place: Place,
  told: { row: SagaRow; body: object; at: SagaPosition },
) {
  const { row, body, at } = told;
  const event = nextEvent(place, at);
  if (event !== undefined) {
    sink.send({ id: idOf(at), event, data: body });
    place.seen = at;
    place.isLost = false;
  }
  const isBehind = place.seen?.generation === at.generation && at.version < place.seen.version;
  return !isBehind && hasEnded(row.state);
}

/**
 * Sends the whole saga at each change: `saga`, or `reset` where the table it is read from was built anew, so that
 * versions begin anew as well; `end` once it has ended, and nothing more. A client that names the id of its last event
 * gets nothing it has seen. States in between may be left out: each event has every step with its times.
 */
export async function streamSaga(sink: StreamSink, parts: StreamParts): Promise<void> {
  const { feed, workflowId, row, bodyOf, first, lastId, ends, againMs = 300 } = parts;
  const seen = positionOf(lastId);
  const place: Place = { seen, isLost: lastId !== undefined && seen === undefined };
  if (first !== undefined && lastId === undefined) sink.send({ event: 'saga', data: first });
  let finish = (): void => undefined;
  const over = new Promise<void>((resolve) => (finish = resolve));
  for (const signal of [sink.closed, ends]) {
    if (signal.aborted) finish();
    signal.addEventListener('abort', finish, { once: true });
  }
  const look = async (position: SagaPosition): Promise<void> => {
    const found = await row();
    if (found === undefined) return;
    const at = { ...position, version: found.version ?? position.version };
    if (!show(sink, place, { row: found, body: bodyOf(found), at })) return;
    sink.send({ event: 'end', data: { state: found.state } });
    finish();
  };
  let again: NodeJS.Timeout | undefined;
  const failed = (error: unknown, position: SagaPosition): void => {
    if (isFault(error) && error.code === 'CIPHERTEXT_REFUSED') {
      sink.send({ event: 'problem', data: { code: 'INTERNAL', type: '/problems/INTERNAL' } });
      finish();
    } else again = setTimeout(() => enqueue(position), againMs).unref();
  };
  let queue = Promise.resolve();
  const enqueue = (position: SagaPosition): void => {
    clearTimeout(again);
    queue = queue.then(() => look(position)).catch((error: unknown) => failed(error, position));
  };
  const stop = feed.follow(workflowId, enqueue);
  await over;
  clearTimeout(again);
  stop();
}
