import { crashPoint } from '../../runtime/crash-point';
import type { StoredEvent } from '../../outbox/ports';
import { encodeEvent, eventId } from '../envelope';
import { traceEvent } from '../trace';
import { planBatch } from './batch';
import type { Lease } from './lease';
import type { CompleteRelayOptions, ParkedAggregate, SlotStatus } from './options';
import type { Waiter } from '../../runtime/waiter';

/** Aggregates whose last sent number is remembered within a tenure; forgetting one costs at most a repeat. */
const rememberedMax = 10_000;
/** Most pending rows read at once to look past parked aggregates. */
const readMax = 5_000;

/** Thrown when events wait behind a number somebody else has marked: a new tenure takes the marks at their word. */
class SlotStalled extends Error {
  readonly code = 'SLOT_STALLED';
}

/** The work on one slot while its lease is ours: read, send, mark, and again. */
export interface SlotWorker {
  /** Relays until stopped; throws at the first doubt, after which everything begins again with the lease. */
  serve(lease: Lease, bell: Waiter, isStopped: () => boolean): Promise<void>;
  readonly parked: ReadonlyMap<string, ParkedAggregate>;
  readonly status: Pick<SlotStatus, 'sent' | 'repeats'>;
}

/** Builds the worker of one slot. What it remembers is only worth a repeat, never correctness. */
export function createSlotWorker(options: CompleteRelayOptions, slot: number): SlotWorker {
  const { source, writer, limits, observe } = options;
  const parked = new Map<string, ParkedAggregate>();
  const doubtful = new Set<string>();
  const status = { sent: 0, repeats: 0 };
  let sent = new Map<string, number>();
  let heldBack = 0;
  let stalledAtMs: number | undefined;
  /** Since the end of the log was noted. */
  let hasSent = false;

  async function serve(lease: Lease, bell: Waiter, isStopped: () => boolean): Promise<void> {
    sent = new Map();
    stalledAtMs = undefined;
    if (doubtful.size > rememberedMax) doubtful.clear();
    await crashPoint('relay.leased-not-connected');
    await writer.connect(limits.sendTimeoutMs);
    await crashPoint('relay.connected-not-confirmed');
    await demandLog(lease);
    await lease.confirm();
    await crashPoint('relay.confirmed-not-read');
    let idleMs: number = limits.idleMsMin;
    while (!isStopped()) {
      await renew(lease);
      unparkDue();
      const didWork = await relayOnce(lease);
      if (didWork) idleMs = limits.idleMsMin;
      else await bell.wait(idleMs);
      if (!didWork) idleMs = Math.min(idleMs * 2, limits.idleMsMax);
    }
  }

  /** What the log has behind its noted end, whoever held the slot before has sent; or this is another database. */
  async function demandLog(lease: Lease): Promise<void> {
    const end = await options.logCheck?.demand(slot, () => lease.keep());
    if (end !== undefined) lease.note(end);
  }

  async function renew(lease: Lease): Promise<void> {
    if (hasSent && lease.isDue() && options.logCheck !== undefined) {
      hasSent = false;
      lease.note(await options.logCheck.end(slot));
    }
    await lease.keep();
  }

  async function relayOnce(lease: Lease): Promise<boolean> {
    const limit = Math.min(limits.batchSizeMax + heldBack, readMax);
    const pending = await source.pending(slot, limit);
    const plan = planBatch(pending, sent, new Set(parked.keys()), limits);
    heldBack = plan.heldBack;
    if (plan.settled.length > 0) await source.markPublished(plan.settled);
    noteStall(plan.send.length === 0 && plan.beyondHole > 0);
    if (plan.send.length === 0) return false;
    await lease.keep();
    await crashPoint('relay.read-not-sent');
    await send(plan.send);
    return true;
  }

  /** A source may lag for a moment; a hole that stays for a lease's time is none. */
  function noteStall(isStalled: boolean): void {
    if (!isStalled) stalledAtMs = undefined;
    else stalledAtMs ??= options.nowMs();
    if (stalledAtMs === undefined || options.nowMs() - stalledAtMs < limits.leaseMs) return;
    throw new SlotStalled(`slot ${slot} waits behind what somebody else has marked`);
  }

  async function send(events: readonly StoredEvent[]): Promise<void> {
    const beganMs = Date.now();
    noteRepeats(events);
    hasSent = true;
    events.forEach((event) => doubtful.add(eventId(event)));
    try {
      await append(events);
    } catch (error) {
      if ((error as { code?: string }).code !== 'RECORD_REFUSED') throw error;
      events.forEach((event) => doubtful.delete(eventId(event)));
      await sendApart(events, error);
      return;
    }
    await crashPoint('relay.published-not-marked', options.service);
    await settle(events);
    const span = { kind: 'publish', name: options.topic, beganMs } as const;
    events.forEach((event) => traceEvent(event, span));
  }

  /** The broker refused the batch whole: alone, the one it means shows itself, and the others pass. */
  async function sendApart(events: readonly StoredEvent[], error: unknown): Promise<void> {
    const first = events[0];
    if (events.length === 1 && first !== undefined) {
      park(first, String(error));
      return;
    }
    for (const event of events) {
      if (!parked.has(event.aggregateId)) await send([event]);
    }
  }

  async function append(events: readonly StoredEvent[]): Promise<void> {
    const recordedTime = new Date(options.clock()).toISOString();
    const messages = events.map((event) =>
      encodeEvent(event, {
        service: options.service,
        recordedTime,
        schemaHash: options.schemaHashOf(event.type, event.schema),
      }),
    );
    await writer.append(options.topic, slot, messages, limits.sendTimeoutMs);
  }

  async function settle(events: readonly StoredEvent[]): Promise<void> {
    for (const { aggregateId, seq } of events) {
      sent.delete(aggregateId);
      sent.set(aggregateId, seq);
    }
    for (const oldest of sent.keys()) {
      if (sent.size <= rememberedMax) break;
      sent.delete(oldest);
    }
    await source.markPublished(events);
    await crashPoint('relay.marked-not-counted');
    events.forEach((event) => doubtful.delete(eventId(event)));
    status.sent += events.length;
    observe.sent(events);
  }

  function noteRepeats(events: readonly StoredEvent[]): void {
    const repeats = events.filter((event) => doubtful.has(eventId(event))).length;
    status.repeats += repeats;
    if (repeats > 0) observe.repeated(repeats);
  }

  function park(event: StoredEvent, reason: string): void {
    const { aggregateId, seq } = event;
    const retryAtMs = options.nowMs() + limits.parkedRetryMs;
    parked.set(aggregateId, { aggregateId, seq, slot, reason, retryAtMs });
    options.log.error('an event cannot be sent; its aggregate is parked', {
      ...{ aggregateId, seq, slot, topic: options.topic, reason },
    });
    observe.parked(slot, parked.size);
  }

  function unparkDue(): void {
    for (const { aggregateId, retryAtMs } of parked.values()) {
      if (options.nowMs() >= retryAtMs) parked.delete(aggregateId);
    }
  }

  return { serve, parked, status };
}
