import { metricNames as m } from '../../platform/runtime/metric-names';
import { quantile, rate } from './panel';
import type { BoardSpec, PanelSpec } from './panel';

const gateway = 'process="gateway"';
const counted = `${m.httpRequestDuration}_count{${gateway}}`;

const requests: readonly PanelSpec[] = [
  {
    title: 'Requests by route',
    description: 'By route template.',
    unit: 'reqps',
    queries: { '{{method}} {{route}}': rate(counted, 'method, route') },
  },
  {
    title: 'Answers',
    description: '5xx is ours to mend; `cut` are clients that went before the end of their answer.',
    unit: 'reqps',
    queries: { '{{status_class}}': rate(counted, 'status_class') },
    runbooks: ['starts-refused'],
  },
  {
    title: 'Answer time',
    description: 'All routes together. A start or a look may wait on purpose (Prefer: wait).',
    unit: 's',
    queries: {
      p50: quantile(0.5, m.httpRequestDuration, '', gateway),
      p95: quantile(0.95, m.httpRequestDuration, '', gateway),
      p99: quantile(0.99, m.httpRequestDuration, '', gateway),
    },
  },
  {
    title: 'Answer time by route',
    description: 'p99 of each.',
    unit: 's',
    queries: {
      '{{method}} {{route}}': quantile(0.99, m.httpRequestDuration, 'method, route', gateway),
    },
  },
  {
    title: 'Saga starts',
    description: 'By saga and answer. Replays are repeated Idempotency-Keys; refusals are 4xx.',
    unit: 'reqps',
    queries: { '{{saga}} {{answer}}': rate(m.sagaStarts, 'saga, answer') },
    runbooks: ['starts-refused'],
  },
  {
    title: 'Too many requests',
    description: 'Answered 429, by what they were counted by.',
    unit: 'reqps',
    queries: { '{{scope}}': rate(m.rateLimited, 'scope') },
  },
];

const tooMuch: readonly PanelSpec[] = [
  {
    title: 'Turned away',
    description:
      'Answered OVERLOADED, by priority. full: the gateway has no more time; behind: the workers have not.',
    unit: 'reqps',
    queries: {
      '{{process}}: {{priority}}, {{reason}}': rate(m.httpShed, 'process, priority, reason'),
    },
    runbooks: ['requests-shed'],
  },
  {
    title: 'Requests at work',
    description: 'And how many may be, which falls while answers are slow.',
    unit: 'short',
    queries: {
      'at work, {{process}}': `sum by (process) (${m.httpInFlight})`,
      'may be, {{process}}': `sum by (process) (${m.httpInFlightLimit})`,
    },
    runbooks: ['requests-shed'],
  },
  {
    title: 'Wait for the next step',
    description:
      'Of a saga, for a worker, by queue. From 1 s on some starts are refused, from 4 s on all.',
    unit: 's',
    thresholds: { warn: 1, bad: 4 },
    queries: { '{{queue}}': `max by (queue) (${m.sagaStepWait})` },
    runbooks: ['requests-shed'],
  },
  {
    title: 'Streams that are open',
    description: 'Of people who follow a saga. A process takes 500, one person 5.',
    unit: 'short',
    thresholds: { warn: 400, bad: 500 },
    queries: { '{{process}}': `sum by (process) (${m.streamsOpen})` },
  },
];

const behind: readonly PanelSpec[] = [
  {
    title: 'Cache',
    description: 'Reads by result. Only bypass means that Redis is away.',
    unit: 'reqps',
    queries: { '{{result}}': rate(m.cacheRequests, 'result') },
    runbooks: ['redis-away'],
  },
  {
    title: 'What the cache was given',
    description:
      'Loaded values and told changes, by what became of them. Refused as older is what it is for; failed means Redis.',
    unit: 'reqps',
    queries: {
      'value {{outcome}}': rate(m.cachePuts, 'outcome'),
      'change {{outcome}}': rate(m.cacheRaises, 'outcome'),
    },
  },
  {
    title: 'Redis',
    description:
      '1 while it is reached. Without it answers are slower, and limits are kept by each process alone.',
    ...{ kind: 'stat', unit: 'none' },
    queries: { '{{process}}': `min by (process) (${m.cacheStoreUp})` },
    runbooks: ['redis-away'],
  },
  {
    title: 'Calls to services',
    description: 'By service and outcome.',
    unit: 'reqps',
    queries: { '{{service}} {{outcome}}': rate(m.serviceCalls, 'service, outcome') },
    runbooks: ['breaker-open'],
  },
  {
    title: 'Services that are not asked',
    description: '1 while a breaker is open: most calls to the service were not answered.',
    unit: 'none',
    thresholds: { bad: 1 },
    queries: { '{{process}}: {{service}}': `max by (process, service) (${m.serviceBreakerOpen})` },
    runbooks: ['breaker-open'],
  },
  {
    title: 'Instances left alone now',
    description: 'By who does so and service. They did not answer, or with errors only.',
    unit: 'none',
    thresholds: { bad: 1 },
    queries: { '{{process}}: {{service}}': `max by (process, service) (${m.instancesEjected})` },
    runbooks: ['instance-sick'],
  },
  {
    title: 'Instances came to be left alone',
    description:
      'In five minutes. fault: no answer, or one of somebody else; errors: three 5xx in a row.',
    unit: 'short',
    queries: {
      '{{service}} ({{reason}})': `sum by (service, reason) (increase(${m.ejections}[5m]))`,
    },
    runbooks: ['instance-sick'],
  },
  {
    title: 'Age of what is known of instances',
    description: 'Seconds since Consul confirmed them. Below half a minute is good.',
    unit: 's',
    thresholds: { bad: 120 },
    queries: { '{{process}}: {{service}}': `max by (process, service) (${m.discoveryAge})` },
    runbooks: ['last-known-instances'],
  },
];

/** What comes in, how it is answered, and what stands behind the answers. */
export const gatewayBoard: BoardSpec = {
  name: 'gateway',
  title: 'Holdfast: gateway',
  rows: [
    { title: 'Requests', panels: requests },
    { title: 'When there is too much to do', panels: tooMuch },
    { title: 'What stands behind them', panels: behind },
  ],
};
