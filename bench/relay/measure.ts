import type { EventLog } from '../../platform/event-log/kafka';
import type { LogWriter } from '../../platform/event-log/ports';
import { cpuWatch } from '../measure/cpu-watch';
import type { CpuGroup } from '../measure/cpu';
import type { Outbox, RelayStore } from './outbox';
import { relayOf, until } from './relaying';
import { commitSteadily } from './steady';

/** Whose CPU is told: this process relays, and while events are committed it commits them as well. */
export type RelayGroup = 'client' | 'database' | 'log';

/** One store in one round. */
export interface RelaySample {
  readonly store: RelayStore;
  readonly round: number;
  /** Events that were waiting, and how many of them a second were sent and marked. */
  readonly drained: number;
  readonly drainedPerSecond: number;
  /** CPU milliseconds for a thousand of them. */
  readonly cpuMs: Readonly<Partial<Record<RelayGroup, number>>>;
  /** Commits a second afterwards: as many as were asked for, or as the store took. */
  readonly commitsPerSecond: number;
  /** From the end of a commit until Kafka has acknowledged its event, milliseconds. */
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
}

export interface RelayTask {
  readonly store: RelayStore;
  readonly round: number;
  readonly outbox: Outbox;
  readonly eventLog: EventLog;
  readonly groups: Readonly<Partial<Record<RelayGroup, CpuGroup>>>;
  readonly tickMs: number;
  /** Events that wait before the relay begins. */
  readonly events: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** A writer that notes when each aggregate's message was acknowledged. */
export function noting(writer: LogWriter, acked: Map<string, number>): LogWriter {
  return {
    connect: (timeoutMs) => writer.connect(timeoutMs),
    close: () => writer.close(),
    async append(topic, partition, messages, timeoutMs) {
      await writer.append(topic, partition, messages, timeoutMs);
      const nowMs = performance.now();
      for (const { key } of messages) acked.set(key, nowMs);
    },
  };
}

/** Fills the outbox, lets a relay drain it, and goes on to commit at a steady rate beside it. */
export async function measureRelay(task: RelayTask): Promise<RelaySample> {
  const { store, round, outbox, groups, tickMs } = task;
  const drained = await outbox.fill(task.events);
  const acked = new Map<string, number>();
  let sent = 0;
  const watch = cpuWatch(groups, tickMs);
  const beganMs = performance.now();
  const relay = relayOf(task, (count) => (sent += count), noting(task.eventLog.writer, acked));
  try {
    await until(() => sent >= drained, task.signal);
    const seconds = (performance.now() - beganMs) / 1_000;
    const cpuMs = watch.msFor(drained / 1_000);
    acked.clear();
    const { commitsPerSecond, late } = await commitSteadily(task, { ack: acked });
    const { p50Ms: ackP50Ms, p99Ms: ackP99Ms } = late.ack;
    const steady = { commitsPerSecond, ackP50Ms, ackP99Ms };
    return { store, round, drained, drainedPerSecond: drained / seconds, cpuMs, ...steady };
  } finally {
    await relay.stop();
  }
}
