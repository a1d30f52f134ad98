import { gapReachBytes, messageBytes } from '../event-log/reach';
import type { StoredEvent } from '../outbox/ports';
import type { RepublishFindings } from './findings';
import type { LogIndex } from './log-index';
import type { RepublishOptions } from './options';
import { messageOf } from './sender';
import { eventsOf } from './table';
import type { Survey } from './survey';

type TableEvent = StoredEvent & { readonly published: boolean };

/**
 * Events behind which later ones of their aggregate stand in the log already. Appended, they come late: a reader that
 * waits for one looks for it as far as one fetch reaches. Those within reach, in the order they are to be sent, before
 * anything else; an aggregate of which one is not is left alone, and told.
 */
export async function planBuried(
  options: RepublishOptions,
  { lacks }: Pick<Survey, 'lacks'>,
  { index, findings }: { readonly index: LogIndex; readonly findings: RepublishFindings },
): Promise<ReadonlyMap<string, readonly TableEvent[]>> {
  const plan = new Map<string, readonly TableEvent[]>();
  const plannedBytes = new Map<number, number>();
  for (const [id, lack] of lacks) {
    const isBuried = index.distance(id, lack.first, lack.slot) !== undefined;
    if (!isBuried || findings.has(id)) continue;
    let bytes = plannedBytes.get(lack.slot) ?? 0;
    const events: TableEvent[] = [];
    for await (const event of eventsOf(options.source, [id])) {
      const { aggregateId, seq, slot } = event;
      if (index.holds(aggregateId, seq)) continue;
      bytes += messageBytes(messageOf(event, options));
      const distance = (index.distance(aggregateId, seq, slot) ?? 0) + bytes;
      events.push(event);
      if (distance <= gapReachBytes) continue;
      const detail = `${count(distance)} bytes behind the place where readers stop for it`;
      findings.add({ code: 'GAP_OUT_OF_REACH', aggregateId, seq, detail });
      break;
    }
    if (findings.has(id)) continue;
    plan.set(id, events);
    plannedBytes.set(lack.slot, bytes);
  }
  return plan;
}

const count = (value: number): string => value.toLocaleString('en');
