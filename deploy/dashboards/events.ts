import { metricNames as m } from '../../platform/runtime/metric-names';
import type { PanelSpec } from './panel';
import { quantile, rate } from './panel';

/** From commit to read model: delays, what waits, what stands still. */
export const eventPanels: readonly PanelSpec[] = [
  {
    title: 'Event delay, commit to read model',
    description: 'By projection. This is how old an answer of the read models is.',
    unit: 's',
    queries: {
      'p50 {{projection}}': quantile(0.5, m.eventDelay, 'projection'),
      'p99 {{projection}}': quantile(0.99, m.eventDelay, 'projection'),
    },
  },
  {
    title: 'Event delay, commit to log',
    description: 'By service: the relay’s part of the delay.',
    unit: 's',
    queries: { 'p99 {{service}}': quantile(0.99, m.eventDelayToLog, 'service') },
  },
  {
    title: 'Events that wait in the tables',
    description: 'Committed and not yet in the log. Growing means that Kafka or a relay is away.',
    unit: 'short',
    queries: { '{{service}}': m.outboxPending },
  },
  {
    title: 'Age of the oldest waiting event',
    description: 'By service.',
    unit: 's',
    queries: { '{{service}}': m.outboxOldestAge },
  },
  {
    title: 'Relay',
    description: 'Sent, sent again after an unclear outcome (harmless), and failures by code.',
    unit: 'reqps',
    queries: {
      'sent {{service}}': rate(m.relaySent, 'service'),
      'again {{service}}': rate(m.relayRepeated, 'service'),
      'failed {{service}} {{code}}': rate(m.relayFailures, 'service, code'),
    },
  },
  {
    title: 'Projector lag',
    description: 'Records in the log that a read model has not seen.',
    unit: 'short',
    queries: { '{{projection}}': `sum by (projection) (${m.projectorLag})` },
  },
  {
    title: 'Standing still',
    description:
      'Partitions halted (gap, fork, truncated log) and aggregates the broker refuses. Must be zero.',
    unit: 'short',
    queries: {
      '{{projection}} {{topic}}/{{partition}} {{code}}': m.projectorHalted,
      'relay of {{service}}': `sum by (service) (${m.relayParked})`,
    },
  },
  {
    title: 'Reactions',
    description: 'Sagas that events started, by reaction and outcome, and events that wait.',
    unit: 'short',
    queries: {
      '{{reaction}} {{outcome}}': rate(m.reactionStarts, 'reaction, outcome'),
      waiting: m.reactionsPending,
    },
  },
  {
    title: 'Audit findings',
    description: 'Open findings of the auditor, by code. Violations must be zero.',
    unit: 'short',
    queries: {
      '{{severity}} {{code}} {{service}}': m.auditOpenFindings,
      'waits for {{service}}': m.auditWaiting,
    },
  },
  {
    title: 'Audit lag',
    description: 'Records the auditor has not read, and seconds since its last pass ended.',
    unit: 'short',
    queries: { '{{service}}': m.auditLag, 'last pass': `time() - ${m.auditLastPass}` },
  },
  {
    title: 'Dead letters',
    description: 'Events that wait for a person, by projection and reason. Must be zero.',
    unit: 'short',
    queries: { '{{projection}} {{reason}}': m.deadLetters },
  },
  {
    title: 'Parked aggregates',
    description: 'Aggregates whose events wait, by projection, and the letters of each cause.',
    unit: 'short',
    queries: {
      '{{projection}} aggregates': m.parkedAggregates,
      '{{projection}} {{group}} {{reason}}': m.deadLetterGroups,
    },
  },
  {
    title: 'Steps in the services',
    description: 'By service and outcome. Refusals are business; faults are trouble.',
    unit: 'reqps',
    queries: {
      '{{service}} {{kind}} {{outcome}}': rate(
        `${m.messageDuration}_count`,
        'service, kind, outcome',
      ),
    },
  },
  {
    title: 'Time of a step',
    description: 'p99 by service: one local transaction.',
    unit: 's',
    queries: { '{{service}}': quantile(0.99, m.messageDuration, 'service') },
  },
];
