import { metricNames } from '../../../platform/runtime/metric-names';
import { stretch } from './running';
import type { Scenario } from './scenarios';

const gateway = 'process="gateway"';

/** What processes stand on, who speaks to them, and how far read models are behind. */
export const standingScenarios: readonly Scenario[] = [
  {
    title: 'no process of ours that anybody asks, for a minute',
    alone: true,
    interval: '1m',
    series: { 'up{job="holdfast",process="orders",instance="localhost:1"}': '1x2 _x9 1x9' },
    at: {
      '2m': [],
      // A series counts for five minutes after its last value.
      '7m': [],
      '9m': [
        {
          alert: 'HoldfastNothingScraped',
          labels: { job: 'holdfast', severity: 'page' },
          summary: 'Prometheus asks none of our processes',
        },
      ],
      '14m': [],
    },
  },
  stretch({
    title: 'a Temporal server that gives no metrics for a minute',
    series: 'up{job="temporal",instance="localhost:2"}',
    values: '1x2 0x9 1x12',
    expected: {
      alert: 'HoldfastTemporalUnseen',
      labels: { job: 'temporal', instance: 'localhost:2', severity: 'page' },
      summary: 'Temporal’s server at localhost:2 gives no metrics',
    },
  }),
  stretch({
    title: 'a gateway that does not reach Redis for a minute',
    series: `${metricNames.cacheStoreUp}{${gateway}}`,
    values: '1x2 0x9 1x12',
    expected: {
      alert: 'HoldfastRedisAway',
      labels: { process: 'gateway', severity: 'warn' },
      summary: 'gateway does not reach Redis',
    },
  }),
  {
    title: 'callers that wait for a connection at every look for a minute; for a moment is nothing',
    interval: '15s',
    series: {
      [`${metricNames.poolConnections}{process="orders",database="orders",state="waiting"}`]:
        '0x3 2x2 0x5 3x20 0x8',
      [`${metricNames.poolConnections}{process="orders",database="orders",state="in_use"}`]:
        '20x40',
    },
    at: {
      '1m30s': [],
      '3m': [],
      '5m': [
        {
          alert: 'HoldfastPoolExhausted',
          labels: { process: 'orders', database: 'orders', severity: 'warn' },
          summary: '3 callers in orders wait for a connection to orders',
        },
      ],
      '9m': [],
    },
  },
  stretch({
    title: 'a process that is late by more than half a second for two minutes',
    series: 'nodejs_eventloop_lag_p99_seconds{job="holdfast",process="orders"}',
    values: '0.4x2 0.75x9 0.1x12',
    expected: {
      alert: 'HoldfastEventLoopBlocked',
      labels: { process: 'orders', severity: 'warn' },
      summary: 'orders is late by 750ms',
    },
  }),
  stretch({
    title: 'more than eight thousand series of one process for five minutes',
    series: 'scrape_samples_post_metric_relabeling{job="holdfast",process="orders"}',
    values: '8000x2 9000x9 900x12',
    expected: {
      alert: 'HoldfastTooManySeries',
      labels: { job: 'holdfast', process: 'orders', severity: 'warn' },
      summary: 'orders exports 9000 series',
    },
  }),
  {
    title: 'rules that Prometheus could not evaluate, until five minutes after the last failure',
    interval: '1m',
    series: {
      'prometheus_rule_evaluation_failures_total{rule_group="sagas"}': '0x4 1x20',
    },
    at: {
      '4m': [],
      '6m': [
        {
          alert: 'HoldfastRulesFail',
          labels: { rule_group: 'sagas', severity: 'page' },
          summary: 'Prometheus could not evaluate sagas',
        },
      ],
      '11m': [],
    },
  },
  {
    title: 'a read model that has not seen for a minute what is in the log for longer than one',
    interval: '15s',
    series: {
      [`${metricNames.projectorLagSeconds}{projection="orders",topic="t",partition="3"}`]:
        '0+15x4 0x4 61x12 0x8',
    },
    at: {
      '1m': [],
      '3m': [],
      '4m': [
        {
          alert: 'HoldfastProjectorLate',
          labels: { projection: 'orders', topic: 't', partition: '3', severity: 'warn' },
          summary: 'orders is 1m 1s behind at t/3',
        },
      ],
      '6m30s': [],
    },
  },
  {
    title: 'more than a denied call a second, for five minutes',
    interval: '1m',
    series: {
      [`${metricNames.authzDenied}{${gateway},operation="listSagas",rule="role"}`]:
        '0+30x10 300+120x15 2100x15',
    },
    at: {
      '10m': [],
      '24m': [
        {
          alert: 'HoldfastCallsDenied',
          labels: { process: 'gateway', rule: 'role', severity: 'warn' },
          summary: 'gateway denies 2 calls a second (role)',
        },
      ],
      '40m': [],
    },
  },
  {
    title: 'a message without a good grant; one whose grant has ended is a slow saga',
    interval: '1m',
    series: {
      [`${metricNames.grantsRefused}{process="orders",code="GRANT_INVALID"}`]: '0x4 1x20',
      [`${metricNames.grantsRefused}{process="payments",code="GRANT_EXPIRED"}`]: '0x4 9x20',
    },
    at: {
      '4m': [],
      '6m': [
        {
          alert: 'HoldfastGrantsRefused',
          labels: { process: 'orders', severity: 'page' },
          summary: 'orders was sent a message without a grant that is good for it',
        },
      ],
      '11m': [],
    },
  },
  {
    title: 'payloads that somebody read; those that were refused are none',
    interval: '1m',
    series: {
      [`${metricNames.codecDecodes}{${gateway},outcome="opened"}`]: '0x4 4x20',
      [`${metricNames.codecDecodes}{${gateway},outcome="refused"}`]: '0x2 9x20',
    },
    at: {
      '4m': [],
      '9m': [
        {
          alert: 'HoldfastPayloadsRead',
          labels: { severity: 'info' },
          summary: '4 payloads of workflows were read by people in five minutes',
        },
      ],
      '12m': [],
    },
  },
];
