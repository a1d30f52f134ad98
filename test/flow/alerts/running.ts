import { metricNames } from '../../../platform/runtime/metric-names';
import type { Expected, Scenario } from './scenarios';

/** A gauge or a rate that calls somebody after a time, and no more when it is mended. */
interface Stretch {
  readonly title: string;
  readonly series: string;
  /** Values a minute apart: three good ones, ten bad ones, twelve good ones. */
  readonly values: string;
  readonly expected: Expected;
}

/** Bad from the third minute on: nobody at first, somebody at the tenth, nobody at the twenty-fourth. */
export function stretch({ title, series, values, expected }: Stretch): Scenario {
  const at = { '2m': [], '3m': [], '10m': [expected], '24m': [] };
  return { title, interval: '1m', series: { [series]: values }, at };
}

const process = { job: 'holdfast', process: 'orders', instance: 'localhost:1' };
const counted = (name: string, labels: string): string => `${name}{process="gateway",${labels}}`;

/** Whether processes, sagas, relays and peers are what they should be. */
export const runningScenarios: readonly Scenario[] = [
  stretch({
    title: 'a process that does not answer for a minute',
    series: 'up{job="holdfast",process="orders",instance="localhost:1"}',
    values: '1x2 0x9 1x12',
    expected: {
      alert: 'HoldfastProcessDown',
      labels: { ...process, severity: 'page' },
      summary: 'orders at localhost:1 does not answer',
    },
  }),
  {
    title: 'another job that is down is not ours',
    interval: '1m',
    series: { 'up{job="somebody-elses",instance="localhost:2"}': '0x10' },
    at: { '5m': [] },
  },
  stretch({
    title: 'instances that Consul has not confirmed for more than two minutes',
    series: counted(metricNames.discoveryAge, 'service="orders"'),
    values: '30x2 150x9 5x12',
    expected: {
      alert: 'HoldfastLastKnownInstances',
      labels: { process: 'gateway', service: 'orders', severity: 'warn' },
      summary: 'gateway has heard nothing of the instances of orders for 150 s',
    },
  }),
  stretch({
    title: 'starts that are answered 5xx again and again for two minutes',
    series: counted(metricNames.sagaStarts, 'saga="place-order",answer="unavailable"'),
    values: '0x2 5+5x9 50x12',
    expected: {
      alert: 'HoldfastStartsRefused',
      labels: { saga: 'place-order', severity: 'page' },
      summary: 'place-order cannot be started: 25 starts in five minutes were answered 5xx',
    },
  }),
  {
    title: 'two starts that were answered 5xx, and no more, call nobody',
    interval: '1m',
    series: {
      [counted(metricNames.sagaStarts, 'saga="place-order",answer="unavailable"')]: '0x2 2x20',
    },
    at: { '4m': [], '6m': [], '10m': [] },
  },
  {
    title: 'starts that are refused for what is in them call nobody',
    interval: '1m',
    series: {
      [counted(metricNames.sagaStarts, 'saga="place-order",answer="refused"')]: '0x2 5+5x20',
    },
    at: { '10m': [], '20m': [] },
  },
  stretch({
    title: 'sagas whose code fails for two minutes',
    series: `${metricNames.sagasFailingTasks}{process="orchestrator"}`,
    values: '0x2 3x9 0x12',
    expected: {
      alert: 'HoldfastSagaTasksFail',
      labels: { severity: 'page' },
      summary: '3 sagas stand still because their code fails',
    },
  }),
  stretch({
    title: 'sagas that wait for a person, counted by their type',
    series: `${metricNames.sagasActive}{process="projector",saga="place-order",state="parked"}`,
    values: '0x2 2x9 0x12',
    expected: {
      alert: 'HoldfastSagaParked',
      labels: { saga: 'place-order', severity: 'page' },
      summary: '2 sagas of place-order wait for a person',
    },
  }),
  {
    title: 'a saga that is silent for five minutes more than its contract allows',
    interval: '1m',
    series: {
      [`${metricNames.sagaPatience}{process="gateway",saga="place-order"}`]: '60x30',
      [`${metricNames.sagaPatience}{process="gateway",saga="visa"}`]: '86400x30',
      [`${metricNames.sagaNoProgress}{process="projector",saga="place-order"}`]: '0+60x15 0x15',
      [`${metricNames.sagaNoProgress}{process="projector",saga="visa"}`]: '0+60x30',
    },
    at: {
      '6m': [],
      '9m': [
        {
          alert: 'HoldfastSagaNoProgress',
          labels: { saga: 'place-order', severity: 'page' },
          summary: 'nothing was heard of a saga of place-order for 9m 0s',
        },
      ],
      '17m': [],
    },
  },
  {
    title: 'sagas of which nothing is heard while their read model stands still call nobody',
    interval: '1m',
    series: {
      [`${metricNames.sagaPatience}{process="gateway",saga="place-order"}`]: '60x20',
      [`${metricNames.sagaNoProgress}{process="projector",saga="place-order"}`]: '0+60x20',
      [`${metricNames.projectorHalted}{projection="saga-timeline",topic="t",partition="1",code="STORE_FAILED"}`]:
        '1x20',
    },
    at: { '9m': [], '15m': [] },
  },
  {
    title: 'a service that the auditor has waited for, for five minutes',
    interval: '1m',
    series: { [`${metricNames.auditWaiting}{process="auditor",service="orders"}`]: '0x2 1x9 0x12' },
    at: {
      '7m': [],
      '8m': [
        {
          alert: 'HoldfastAuditWaits',
          labels: { service: 'orders', severity: 'warn' },
          summary: 'the audit of orders waits',
        },
      ],
      '14m': [],
    },
  },
  stretch({
    title: 'events that have waited for the log for more than a minute',
    series: `${metricNames.outboxOldestAge}{process="orders",service="orders"}`,
    values: '1x2 90x9 0x12',
    expected: {
      alert: 'HoldfastOutboxOld',
      labels: { service: 'orders', severity: 'page' },
      summary: 'events of orders have waited for the log for 1m 30s',
    },
  }),
  stretch({
    title: 'aggregates whose next event the log refuses',
    series: `${metricNames.relayParked}{process="orders",service="orders",slot="3"}`,
    values: '0x2 2x9 0x12',
    expected: {
      alert: 'HoldfastRelayParked',
      labels: { service: 'orders', severity: 'page' },
      summary: 'the log refuses the next event of 2 aggregates of orders',
    },
  }),
  {
    title: 'more than a refused token a second, for five minutes',
    interval: '1m',
    series: {
      [counted(metricNames.authRejected, 'reason="EXPIRED"')]: '0+30x10 300+120x15 2100x15',
    },
    at: {
      '10m': [],
      '24m': [
        {
          alert: 'HoldfastTokensRefused',
          labels: { process: 'gateway', reason: 'EXPIRED', severity: 'warn' },
          summary: 'gateway refuses 2 tokens a second (EXPIRED)',
        },
      ],
      '40m': [],
    },
  },
  {
    title: 'the first peer that is refused, whose counter was not there before',
    interval: '15s',
    series: {
      [counted(metricNames.tlsPeerRejected, 'reason="PEER_UNIDENTIFIED"')]: '_x8 1x40',
      [counted(metricNames.tlsPeerRejected, 'reason="HANDSHAKE_FAILED"')]: '0+9x60',
    },
    at: {
      '1m45s': [],
      '2m': [
        {
          alert: 'HoldfastPeerUnidentified',
          labels: { process: 'gateway', severity: 'warn' },
          summary:
            'gateway refused a certificate of our authority that carries no identity of ours',
        },
      ],
      '8m': [],
    },
  },
];
