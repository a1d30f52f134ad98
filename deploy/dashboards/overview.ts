import { metricNames as m } from '../../platform/runtime/metric-names';
import type { PanelSpec } from './panel';
import { rate } from './panel';

const duration = (quantile: number): string =>
  `histogram_quantile(${quantile}, sum by (le) (rate(${m.httpRequestDuration}_bucket{process="gateway"}[5m])))`;

const errors = `rate(${m.httpRequestDuration}_count{process="gateway",status_class="5xx"}[5m])`;
const requests = `rate(${m.httpRequestDuration}_count{process="gateway"}[5m])`;

/** What comes in at the gateway, and how it is answered. */
export const overviewPanels: readonly PanelSpec[] = [
  {
    title: 'Saga starts',
    description: 'By saga and answer. Replays are repeated Idempotency-Keys; refusals are 4xx.',
    unit: 'reqps',
    queries: { '{{saga}} {{answer}}': rate(m.sagaStarts, 'saga, answer') },
  },
  {
    title: 'Requests by route',
    description: 'At the gateway, by route template.',
    unit: 'reqps',
    queries: {
      '{{method}} {{route}}': rate(
        `${m.httpRequestDuration}_count{process="gateway"}`,
        'method, route',
      ),
    },
  },
  {
    title: 'Answer time',
    description: 'At the gateway, all routes together.',
    unit: 's',
    queries: { p50: duration(0.5), p99: duration(0.99) },
  },
  {
    title: 'Server errors',
    description: 'Share of 5xx answers. More than nothing means a dependency is away: see /readyz.',
    unit: 'percentunit',
    queries: { share: `sum(${errors}) / clamp_min(sum(${requests}), 0.001)` },
  },
  {
    title: 'Refused tokens and denied calls',
    description: 'By reason. A sudden rise is an expired key, a wrong clock, or somebody trying.',
    unit: 'reqps',
    queries: {
      'token: {{reason}}': rate(m.authRejected, 'reason'),
      'denied: {{operation}} ({{rule}})': rate(m.authzDenied, 'operation, rule'),
      'peer: {{reason}}': rate(m.tlsPeerRejected, 'reason'),
      'rate limit: {{scope}}': rate(m.rateLimited, 'scope'),
    },
  },
  {
    title: 'Cache',
    description: 'Reads by result. Only bypass means that Redis is away.',
    unit: 'reqps',
    queries: { '{{result}}': rate(m.cacheRequests, 'result') },
  },
  {
    title: 'Calls to services',
    description: 'From the gateway, by service and outcome.',
    unit: 'reqps',
    queries: { '{{service}} {{outcome}}': rate(m.serviceCalls, 'service, outcome') },
  },
  {
    title: 'Age of what we know',
    description: 'Of the auth server’s keys and of each service’s instances. Flat lines are good.',
    unit: 's',
    queries: { 'signing keys, {{process}}': m.jwksAge, 'instances of {{service}}': m.discoveryAge },
  },
  {
    title: 'Certificates end in',
    description: 'By process. Below a day, renewal has failed.',
    unit: 's',
    queries: { '{{name}}': `${m.certificateNotAfter} - time()` },
  },
  {
    title: 'Memory of our processes',
    description: 'Resident. It should be flat under steady load.',
    unit: 'bytes',
    queries: { '{{process}}': 'process_resident_memory_bytes{job="holdfast"}' },
  },
];
