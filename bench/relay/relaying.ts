import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '../../platform/event-log/kafka';
import type { LogWriter } from '../../platform/event-log/ports';
import { startRelay } from '../../platform/event-log/relay';
import type { Relay } from '../../platform/event-log/relay';
import { eventPartitions, eventTopic } from '../../platform/event-log/topics';
import { silentLog } from '../../platform/runtime/log';
import { relayStores } from './outbox';
import type { Outbox, RelayStore } from './outbox';

/** An outbox, and the log its events go to. */
export interface Relayed {
  readonly store: RelayStore;
  readonly outbox: Outbox;
  readonly eventLog: EventLog;
}

const tickEveryMs = 10;
const patienceMs = 180_000;

/** Relays an outbox as its service does; `sent` is told how many events were sent and marked. */
export function relayOf(
  { store, outbox, eventLog }: Relayed,
  sent: (count: number) => void,
  writer: LogWriter = eventLog.writer,
): Relay {
  const service = relayStores[store];
  return startRelay({
    ...{ service, source: outbox.store, writer, partitions: eventPartitions, log: silentLog },
    topic: eventTopic(service, ''),
    owner: `bench-${randomUUID()}`,
    schemaHashOf: (type, version) => outbox.schemas.hashOf(type, version),
    observe: { sent: ({ length }) => sent(length) },
  });
}

/** Fills an outbox and has it relayed at the same time, until all of it is in the log; what measures begin after. */
export async function relayHistory(
  relayed: Relayed,
  told: { readonly events: number; readonly perRow: number },
  signal: AbortSignal,
): Promise<number> {
  if (told.events === 0) return 0;
  let sent = 0;
  const relay = relayOf(relayed, (count) => (sent += count));
  try {
    const filled = await relayed.outbox.fill(told.events, told.perRow);
    await until(() => sent >= filled, signal);
    return filled;
  } finally {
    await relay.stop();
  }
}

/** Waits, for three minutes at most. */
export async function until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
  for (const lastMs = performance.now() + patienceMs; !isSo();) {
    signal.throwIfAborted();
    if (performance.now() > lastMs) throw new Error('what was waited for does not come');
    await delay(tickEveryMs);
  }
}
