import type { LogEvent } from '../../platform/event-log/envelope';
import { encodeEvent } from '../../platform/event-log/envelope';
import type { LogRecord } from '../../platform/event-log/ports';
import type { StoredEvent } from '../../platform/outbox/ports';
import { anEvent } from './events';

const recordedTime = '2026-11-23T10:00:01.000Z';

/** An event as a reader of the log sees it. */
export function aLogEvent(
  told: Partial<StoredEvent> & { readonly service?: string } = {},
): LogEvent {
  const { service = 'orders', ...members } = told;
  const event: Omit<StoredEvent, 'slot'> = anEvent(members);
  return { ...event, service, recordedTime };
}

/** An event as it stands in partition 0 of its service's topic. */
export function aRecord(event: StoredEvent, offset: number, service = 'orders'): LogRecord {
  const message = encodeEvent(event, { service, recordedTime });
  return { ...message, topic: `service-events.${service}`, partition: 0, offset: String(offset) };
}

/** Every event of several histories in one order that respects each history's own; `pick` chooses whose turn it is. */
export function interleave<Event>(
  histories: readonly (readonly Event[])[],
  pick: (choices: number) => number,
): readonly Event[] {
  const rest = histories.map((history) => [...history]).filter((history) => history.length > 0);
  const merged: Event[] = [];
  while (rest.length > 0) {
    const turn = pick(rest.length) % rest.length;
    const next = rest[turn]?.shift();
    if (next !== undefined) merged.push(next);
    if (rest[turn]?.length === 0) rest.splice(turn, 1);
  }
  return merged;
}
