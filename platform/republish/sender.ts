import { encodeEvent } from '../event-log/envelope';
import type { LogMessage } from '../event-log/ports';
import { messageBytes } from '../event-log/reach';
import type { StoredEvent } from '../outbox/ports';
import type { LogIndex } from './log-index';
import { republishLimits } from './options';
import type { RepublishOptions } from './options';
import type { HeldSlots } from '../event-log/relay/held-leases';

type TableEvent = StoredEvent & { readonly published: boolean };

interface Batch {
  readonly events: TableEvent[];
  readonly messages: LogMessage[];
  bytes: number;
}

/** Sends events to their slots, in the order they are given, and marks those that waited in the outbox. */
export interface Sender {
  add(event: TableEvent): Promise<void>;
  /** Sends what was gathered. */
  flush(): Promise<void>;
  readonly sent: number;
}

/** An event as it is sent: identity, content and hash of the table; the time of sending is now. */
export function messageOf(
  event: StoredEvent,
  { service, schemaHashOf }: Pick<RepublishOptions, 'service' | 'schemaHashOf'>,
): LogMessage {
  return encodeEvent(event, {
    ...{ service, recordedTime: new Date().toISOString() },
    schemaHash: schemaHashOf?.(event.type, event.schema),
  });
}

/** A sender over held slots; every send follows a renewal of the leases, as a relay's does. */
export function createSender(
  options: RepublishOptions,
  held: HeldSlots,
  index: Pick<LogIndex, 'appended'>,
): Sender {
  const { writer, topic, source } = options;
  const { batchSizeMax, batchBytesMax, sendTimeoutMs } = republishLimits;
  const batches = new Map<number, Batch>();
  let sent = 0;

  async function send(slot: number, { events, messages, bytes }: Batch): Promise<void> {
    if (messages.length === 0) return;
    batches.delete(slot);
    await held.keep();
    await writer.append(topic, slot, messages, sendTimeoutMs);
    index.appended(slot, bytes);
    sent += events.length;
    const waiting = events.filter(({ published }) => !published);
    if (waiting.length > 0) await source.markPublished(waiting);
  }

  return {
    async add(event) {
      const message = messageOf(event, options);
      const bytes = messageBytes(message);
      let batch = batches.get(event.slot) ?? { events: [], messages: [], bytes: 0 };
      const isFull = batch.events.length >= batchSizeMax || batch.bytes + bytes > batchBytesMax;
      if (isFull) await send(event.slot, batch);
      if (isFull) batch = { events: [], messages: [], bytes: 0 };
      batch.events.push(event);
      batch.messages.push(message);
      batch.bytes += bytes;
      batches.set(event.slot, batch);
    },
    async flush() {
      for (const [slot, batch] of [...batches]) await send(slot, batch);
    },
    get sent() {
      return sent;
    },
  };
}
