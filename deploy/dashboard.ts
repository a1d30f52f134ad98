import { metricNames as m } from '../platform/runtime/metric-names';

/** How a panel's numbers are written. */
type Unit = 's' | 'reqps' | 'percentunit' | 'short' | 'bytes';

interface PanelSpec {
  readonly title: string;
  /** What to look for, and what it means. */
  readonly description: string;
  readonly unit: Unit;
  /** Legend → PromQL. */
  readonly queries: Readonly<Record<string, string>>;
}

const rate = (metric: string, by: string): string => `sum by (${by}) (rate(${metric}[5m]))`;

const duration = (quantile: number): string =>
  `histogram_quantile(${quantile}, sum by (le) (rate(${m.httpRequestDuration}_bucket{process="gateway"}[5m])))`;

const errors = `rate(${m.httpRequestDuration}_count{process="gateway",status_class="5xx"}[5m])`;
const requests = `rate(${m.httpRequestDuration}_count{process="gateway"}[5m])`;

const panels: readonly PanelSpec[] = [
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

const columns = 2;
const panelHeight = 8;
const panelWidth = 24 / columns;
const datasource = { type: 'prometheus', uid: 'prometheus' };

function panel(spec: PanelSpec, index: number): object {
  return {
    id: index + 1,
    type: 'timeseries',
    title: spec.title,
    description: spec.description,
    datasource,
    gridPos: {
      x: (index % columns) * panelWidth,
      y: Math.floor(index / columns) * panelHeight,
      w: panelWidth,
      h: panelHeight,
    },
    fieldConfig: { defaults: { unit: spec.unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: Object.entries(spec.queries).map(([legendFormat, expr], position) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + position),
      ...{ datasource, expr, legendFormat },
    })),
  };
}

/** The first dashboard, from the one list of metric names. */
export function overviewDashboard(): object {
  return {
    ...{ uid: 'holdfast-overview', title: 'Holdfast: sagas and gateway', tags: ['holdfast'] },
    ...{ schemaVersion: 39, version: 1, editable: false, timezone: 'browser', refresh: '10s' },
    time: { from: 'now-1h', to: 'now' },
    panels: panels.map(panel),
  };
}

/** The text of `deploy/grafana/dashboards/overview.json`. */
export function overviewText(): string {
  return `${JSON.stringify(overviewDashboard(), null, 2)}\n`;
}
