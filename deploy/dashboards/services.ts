import { metricNames as m } from '../../platform/runtime/metric-names';
import { quantile, rate } from './panel';
import type { BoardSpec, PanelSpec } from './panel';

const messages: readonly PanelSpec[] = [
  {
    title: 'Messages and operations',
    description: 'By service and kind: forward, undo, settle, and what people ask directly.',
    unit: 'reqps',
    queries: { '{{service}} {{kind}}': rate(`${m.messageDuration}_count`, 'service, kind') },
  },
  {
    title: 'What came of them',
    description: 'By service and outcome. Refusals are business; faults are trouble.',
    unit: 'reqps',
    queries: { '{{service}} {{outcome}}': rate(`${m.messageDuration}_count`, 'service, outcome') },
  },
  {
    title: 'Time of a message',
    description: 'p50 and p99 by service: one local transaction.',
    unit: 's',
    queries: {
      'p50 {{service}}': quantile(0.5, m.messageDuration, 'service'),
      'p99 {{service}}': quantile(0.99, m.messageDuration, 'service'),
    },
  },
  {
    title: 'Time by command',
    description: 'p99 of each.',
    unit: 's',
    queries: { '{{service}}.{{command}}': quantile(0.99, m.messageDuration, 'service, command') },
  },
];

const databases: readonly PanelSpec[] = [
  {
    title: 'Connections at work',
    description: 'By process and database. A pool has 5 to 20.',
    unit: 'short',
    queries: {
      '{{process}}: {{database}}': `sum by (process, database) (${m.poolConnections}{state="in_use"})`,
    },
  },
  {
    title: 'Waiting for a connection',
    description: 'Must be zero, but for a moment.',
    unit: 'short',
    thresholds: { bad: 1 },
    queries: {
      '{{process}}: {{database}}': `sum by (process, database) (${m.poolConnections}{state="waiting"})`,
    },
    runbooks: ['pool-exhausted'],
  },
];

const relays: readonly PanelSpec[] = [
  {
    title: 'Events that wait in the tables',
    description: 'Committed and not yet in the log. Growing means that Kafka or a relay is away.',
    unit: 'short',
    queries: { '{{service}}': `max by (service) (${m.outboxPending})` },
    runbooks: ['outbox-old'],
  },
  {
    title: 'Age of the oldest waiting event',
    description: 'By service.',
    unit: 's',
    thresholds: { warn: 10, bad: 60 },
    queries: { '{{service}}': `max by (service) (${m.outboxOldestAge})` },
    runbooks: ['outbox-old'],
  },
  {
    title: 'Relay',
    description: 'Sent, and sent again after an unclear outcome, which is harmless.',
    unit: 'reqps',
    queries: {
      'sent {{service}}': rate(m.relaySent, 'service'),
      'again {{service}}': rate(m.relayRepeated, 'service'),
    },
  },
  {
    title: 'Failures of relays',
    description: 'By service and code.',
    unit: 'reqps',
    queries: { '{{service}} {{code}}': rate(m.relayFailures, 'service, code') },
    runbooks: ['outbox-old', 'relay-parked'],
  },
  {
    title: 'Event delay, commit to log',
    description: 'p50 and p99 by service: the relay’s part of the delay.',
    unit: 's',
    queries: {
      'p50 {{service}}': quantile(0.5, m.eventDelayToLog, 'service'),
      'p99 {{service}}': quantile(0.99, m.eventDelayToLog, 'service'),
    },
  },
];

const ours = '{job="holdfast"}';
const processes: readonly PanelSpec[] = [
  {
    title: 'Event loop',
    description: 'p99 of its delay. Above a tenth of a second everything in the process is late.',
    unit: 's',
    thresholds: { warn: 0.1, bad: 0.5 },
    queries: { '{{process}}': `max by (process) (nodejs_eventloop_lag_p99_seconds${ours})` },
  },
  {
    title: 'Processor',
    description: 'Cores in use, by process.',
    unit: 'none',
    queries: { '{{process}}': `sum by (process) (rate(process_cpu_seconds_total${ours}[5m]))` },
  },
  {
    title: 'Memory',
    description: 'Resident. It should be flat under steady load.',
    unit: 'bytes',
    queries: { '{{process}}': `sum by (process) (process_resident_memory_bytes${ours})` },
  },
  {
    title: 'Heap',
    description: 'In use, by process.',
    unit: 'bytes',
    queries: { '{{process}}': `sum by (process) (nodejs_heap_size_used_bytes${ours})` },
  },
  {
    title: 'Collecting garbage',
    description: 'Share of the time.',
    unit: 'percentunit',
    queries: {
      '{{process}}': `sum by (process) (rate(nodejs_gc_duration_seconds_sum${ours}[5m]))`,
    },
  },
  {
    title: 'Open files',
    description: 'Connections are among them.',
    unit: 'short',
    queries: { '{{process}}': `sum by (process) (process_open_fds${ours})` },
  },
];

/** What services do, on which databases, and whether their processes have room. */
export const servicesBoard: BoardSpec = {
  name: 'services',
  title: 'Holdfast: services and databases',
  rows: [
    { title: 'Messages', panels: messages },
    { title: 'Databases', panels: databases },
    { title: 'Outboxes and relays', panels: relays },
    { title: 'Processes', panels: processes },
  ],
};
