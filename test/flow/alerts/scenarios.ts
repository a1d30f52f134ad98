import { metricNames } from '../../../platform/runtime/metric-names';

/** An alert as it must stand at some time: its labels beside `alertname`, and its rendered summary. */
export interface Expected {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** What is measured, and which alerts stand at which time; at each of these times no other alert may stand. */
export interface Scenario {
  readonly title: string;
  /** Distance of the values, as Prometheus writes durations. */
  readonly interval: string;
  /** Series and values in the notation of promtool: `0x3` is 0 and three times 0 more, `_` is no value. */
  readonly series: Readonly<Record<string, string>>;
  readonly at: Readonly<Record<string, readonly Expected[]>>;
  /** Nothing else is measured: no process of ours answers. */
  readonly alone?: true;
}

const halt = (code: string) =>
  `${metricNames.projectorHalted}{projection="orders",topic="orders.events",partition="3",code="${code}"}`;
const partition = { projection: 'orders', topic: 'orders.events', partition: '3' };
const halted = (alert: string, why: string): Expected => ({
  alert,
  labels: { ...partition, severity: 'page' },
  summary: `orders stands still at orders.events/3: ${why}`,
});
const behind: Expected = {
  alert: 'HoldfastProjectorBehind',
  labels: { ...partition, severity: 'warn' },
  summary: 'orders is 1001 records behind at orders.events/3',
};
const letters: Expected = {
  alert: 'HoldfastDeadLetters',
  labels: { projection: 'orders', severity: 'warn' },
  summary: '3 aggregates wait behind a dead letter in orders',
};
const stale = (seconds: number): Expected => ({
  alert: 'HoldfastKeysStale',
  labels: { severity: 'warn' },
  summary: `The signing keys are ${seconds} s old, and the auth server does not give them`,
});
const refused: Expected = {
  alert: 'HoldfastCiphertextRefused',
  labels: { process: 'orders', purpose: 'orders', reason: 'authentication', severity: 'page' },
  summary: 'orders refused a stored value of orders (authentication)',
};
const failure = (reason: string) =>
  `${metricNames.cryptoFailures}{process="orders",purpose="orders",reason="${reason}"}`;
const asked = `${metricNames.jwksReads}{instance="gateway:1",outcome="failed"}`;
const jwksAge = `${metricNames.jwksAge}{instance="gateway:1"}`;

/** A halt that calls somebody at once, until it is mended. */
const stops = (code: string, alert: string, why: string): Scenario => ({
  title: `a partition stands still with ${code}, and a person mends it`,
  interval: '1m',
  series: { [halt(code)]: '0x2 1x5 0x5' },
  at: { '2m': [], '3m': [halted(alert, why)], '9m': [] },
});

/** One scenario and more for every rule: below its threshold, above it, for long enough, and over. */
export const scenarios: readonly Scenario[] = [
  stops('HISTORY_FORKED', 'HoldfastHistoryForked', 'history was written twice'),
  stops('LOG_TRUNCATED', 'HoldfastLogTruncated', 'the log lost what was not read'),
  stops('CIPHERTEXT_REFUSED', 'HoldfastRowRefused', 'a row does not open'),
  {
    title: 'a gap that closes within a minute calls nobody, and one that stays does',
    interval: '15s',
    series: { [halt('SEQUENCE_GAP')]: '0x3 1x2 0x8 1x20 0x8' },
    at: {
      '1m30s': [],
      '4m45s': [],
      '5m': [halted('HoldfastSequenceGap', 'a number is missing')],
      '9m30s': [],
    },
  },
  {
    title: 'a projector a thousand records behind is none yet, and one more for five minutes is',
    interval: '1m',
    series: {
      [`${metricNames.projectorLag}{projection="orders",topic="orders.events",partition="3"}`]:
        '1000x9 1001x9 10x5',
    },
    at: { '9m': [], '14m': [], '15m': [behind], '21m': [] },
  },
  {
    title: 'parked aggregates are counted over the partitions of a projection',
    interval: '30s',
    series: {
      [`${metricNames.parkedAggregates}{projection="orders",partition="1"}`]: '0x3 1x9 0x5',
      [`${metricNames.parkedAggregates}{projection="orders",partition="2"}`]: '0x3 2x9 0x5',
      [`${metricNames.parkedAggregates}{projection="payments",partition="1"}`]: '0x20',
    },
    at: { '2m30s': [], '3m': [letters], '8m': [] },
  },
  {
    title: 'an event whose saga has not begun for five minutes',
    interval: '1m',
    series: { [`${metricNames.reactionsPending}{process="orchestrator"}`]: '0x2 4x8 0x5' },
    at: {
      '7m': [],
      '8m': [
        {
          alert: 'HoldfastReactionsWait',
          labels: { severity: 'warn' },
          summary: '4 events have not started the saga they begin',
        },
      ],
      '13m': [],
    },
  },
  {
    title: 'messages to webhooks are given up, others only fail; a message that is due lies there',
    interval: '1m',
    series: {
      [`${metricNames.webhookAttempts}{process="orchestrator",result="failed"}`]: '0+1x60',
      [`${metricNames.webhookAttempts}{process="orchestrator",result="dead"}`]: '0x2 3x58',
      [`${metricNames.webhookOldestDue}{process="orchestrator"}`]: '0x24 600x2 601x10 0x25',
    },
    at: {
      '2m': [],
      '5m': [
        {
          alert: 'HoldfastWebhooksDead',
          labels: { severity: 'warn' },
          summary: '3 messages to webhooks were given up in a quarter of an hour',
        },
      ],
      '22m': [],
      '27m': [],
      '30m': [
        {
          alert: 'HoldfastWebhooksWait',
          labels: { severity: 'warn' },
          summary: 'a message to a webhook has been due for 10m 1s',
        },
      ],
      '45m': [],
    },
  },
  {
    title: 'a violation that the auditor found, until it is gone; a warning is none',
    interval: '1m',
    series: {
      [`${metricNames.auditOpenFindings}{severity="violation",code="FOLD_DIFFERS",service="orders"}`]:
        '0x2 2x3 0x5',
      [`${metricNames.auditOpenFindings}{severity="warning",code="LATE",service="orders"}`]: '1x20',
    },
    at: {
      '2m': [],
      '3m': [
        {
          alert: 'HoldfastAuditViolation',
          labels: { code: 'FOLD_DIFFERS', service: 'orders', severity: 'page' },
          summary: 'The auditor found 2 times FOLD_DIFFERS in orders',
        },
      ],
      '8m': [],
    },
  },
  {
    title: 'an auditor whose last pass ended over a minute ago, for a minute',
    interval: '15s',
    series: { [metricNames.auditLastPass]: '0+15x8 120x12 315+15x8' },
    at: {
      '3m': [],
      '4m': [],
      '4m15s': [
        {
          alert: 'HoldfastAuditStandsStill',
          labels: { severity: 'warn' },
          summary: 'No pass of the auditor has ended for 135 s',
        },
      ],
      '6m': [],
    },
  },
  {
    title: 'signing keys that cannot be read again, at a quarter and at three quarters of an hour',
    interval: '1m',
    series: { [jwksAge]: '0+60x50 0x5', [asked]: '0+1x50 50x5' },
    at: {
      '15m': [],
      '16m': [stale(960)],
      '45m': [stale(2700)],
      '46m': [
        stale(2760),
        {
          alert: 'HoldfastKeysEnd',
          labels: { severity: 'page' },
          summary: 'The signing keys are 2760 s old; at 3600 no token is accepted any more',
        },
      ],
      '51m': [],
    },
  },
  {
    title: 'old signing keys that nobody asked for anew',
    interval: '1m',
    series: { [jwksAge]: '0+60x60', [asked]: '3x60' },
    at: { '16m': [], '50m': [] },
  },
  {
    title: 'a stored value that is refused, and none more for five minutes',
    interval: '15s',
    series: { [failure('authentication')]: '0x8 1x40', [failure('key')]: '0x8 5x40' },
    at: { '2m': [], '2m15s': [refused], '6m': [refused], '7m30s': [] },
  },
  {
    title: 'the first refusal of a process, whose counter was not there before',
    interval: '15s',
    series: { [failure('authentication')]: '_x8 1x40' },
    at: { '1m45s': [], '2m': [refused], '8m': [] },
  },
  {
    title: 'keys that the key store has not confirmed for three minutes, for one more',
    interval: '30s',
    series: { [`${metricNames.keysAge}{process="orders",purpose="orders"}`]: '0+30x10 0x5' },
    at: {
      '3m': [],
      '4m': [],
      '4m30s': [
        {
          alert: 'HoldfastKeysUnconfirmed',
          labels: { process: 'orders', purpose: 'orders', severity: 'page' },
          summary: 'orders has not confirmed its keys of orders for 270 s',
        },
      ],
      '6m': [],
    },
  },
  {
    title: 'a certificate that nobody renewed four hours before its end',
    interval: '5m',
    // It ends at 4 h 30 min; at 40 minutes another one is there, of a day.
    series: { [`${metricNames.certificateNotAfter}{process="orders"}`]: '16200x7 90000x7' },
    at: {
      '30m': [],
      '35m': [],
      '40m': [],
      '45m': [],
    },
  },
  {
    title: 'a certificate of less than four hours, for five minutes',
    interval: '1m',
    series: { [`${metricNames.certificateNotAfter}{process="orders"}`]: '14400x9 100000x9' },
    at: {
      '0m': [],
      '5m': [],
      '6m': [
        {
          alert: 'HoldfastCertificateEnds',
          labels: { process: 'orders', severity: 'page' },
          summary: 'the certificate of orders ends in 3h 54m 0s',
        },
      ],
      '11m': [],
    },
  },
];
