import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '../../platform/event-log/kafka';
import type { LogWriter } from '../../platform/event-log/ports';
import { startRelay } from '../../platform/event-log/relay';
import type { Relay } from '../../platform/event-log/relay';
import { eventPartitions, eventTopic } from '../../platform/event-log/topics';
import { silentLog } from '../../platform/runtime/log';
import { readProcesses, ticksOf } from '../measure/cpu';
import type { CpuGroup } from '../measure/cpu';
import { quantile } from '../measure/numbers';
import { relayStores } from './outbox';
import type { Outbox, RelayStore } from './outbox';

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

/** Commits under way at the same moment, at most: what a store does not take in time is asked for later. */
const commitsAtOnce = 50;
const tickEveryMs = 10;
const patienceMs = 180_000;

/** A writer that notes when each aggregate's message was acknowledged. */
function noting(writer: LogWriter, acked: Map<string, number>): LogWriter {
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
  const before = readProcesses();
  const beganMs = performance.now();
  const relay = relayOf(task, noting(task.eventLog.writer, acked), (count) => (sent += count));
  try {
    await until(() => sent >= drained, task.signal);
    const seconds = (performance.now() - beganMs) / 1_000;
    const after = readProcesses();
    const cpu = Object.entries(groups).map(([name, group]) => {
      const ticks = ticksOf(after, group) - ticksOf(before, group);
      return [name, (ticks * tickMs * 1_000) / drained] as const;
    });
    acked.clear();
    const steady = await commitSteadily(task, acked);
    const cpuMs = Object.fromEntries(cpu) as RelaySample['cpuMs'];
    return { store, round, drained, drainedPerSecond: drained / seconds, cpuMs, ...steady };
  } finally {
    await relay.stop();
  }
}

function relayOf(
  { store, outbox }: RelayTask,
  writer: LogWriter,
  sent: (count: number) => void,
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

async function commitSteadily(
  { outbox, ratePerSecond, seconds, signal }: RelayTask,
  acked: Map<string, number>,
) {
  const committed = new Map<string, number>();
  const underWay = new Set<Promise<unknown>>();
  const beganMs = performance.now();
  let begun = 0;
  const elapsed = () => (performance.now() - beganMs) / 1_000;
  const commit = async (): Promise<void> => {
    const id = await outbox.commit();
    committed.set(id, performance.now());
  };
  while (elapsed() < seconds) {
    const due = elapsed() * ratePerSecond;
    for (; begun < due && underWay.size < commitsAtOnce; begun += 1) {
      const one = commit();
      underWay.add(one);
      void one.finally(() => underWay.delete(one)).catch(() => undefined);
    }
    await delay(tickEveryMs);
  }
  await Promise.all(underWay);
  const commitsPerSecond = committed.size / elapsed();
  await until(() => acked.size >= committed.size, signal);
  const latencies = [...committed].map(([id, atMs]) => Math.max(0, (acked.get(id) ?? NaN) - atMs));
  const [ackP50Ms, ackP99Ms] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
  return { commitsPerSecond, ackP50Ms, ackP99Ms };
}

async function until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
  for (const lastMs = performance.now() + patienceMs; !isSo();) {
    signal.throwIfAborted();
    if (performance.now() > lastMs) throw new Error('the relay sends nothing more');
    await delay(tickEveryMs);
  }
}
