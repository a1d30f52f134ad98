import { metricNames } from '../../../platform/runtime/metric-names';
import type { Expected, Scenario } from './scenarios';

const gateway = 'process="gateway"';
const calls = (outcome: string): string =>
  `${metricNames.serviceCalls}{${gateway},service="payments",outcome="${outcome}"}`;
const breaker = `${metricNames.serviceBreakerOpen}{${gateway},service="payments"}`;
const ejected = `${metricNames.instancesEjected}{${gateway},service="payments"}`;
const shed = (priority: string, reason: string): string =>
  `${metricNames.httpShed}{${gateway},priority="${priority}",reason="${reason}"}`;

const notAsked: Expected = {
  alert: 'HoldfastBreakerOpen',
  labels: { process: 'gateway', service: 'payments', severity: 'page' },
  summary: 'gateway does not ask payments any more: most calls were not answered',
};
const sick: Expected = {
  alert: 'HoldfastInstanceSick',
  labels: { process: 'gateway', service: 'payments', severity: 'warn' },
  summary: 'gateway finds an instance of payments sick again and again',
};

/** What the gateway turns away, and whom it finds behind the names of services. */
export const edgeScenarios: readonly Scenario[] = [
  {
    title: 'requests that are turned away for three minutes; a crowd of a moment calls nobody',
    interval: '15s',
    series: {
      [shed('start', 'behind')]: '0x8 600x72',
      [shed('start', 'full')]: '0x40 0+15x24 360x16',
      [shed('read', 'full')]: '0x40 0+15x24 360x16',
    },
    at: {
      '2m30s': [],
      '5m30s': [],
      '13m': [],
      '15m': [
        {
          alert: 'HoldfastRequestsShed',
          labels: { process: 'gateway', reason: 'full', severity: 'page' },
          summary: 'gateway turns away 2 requests a second (full)',
        },
      ],
      '18m': [],
    },
  },
  {
    title: 'a service that is not asked for two minutes, until one call is answered',
    interval: '15s',
    series: {
      [breaker]: '0x8 1x20 0x20',
      [calls('refused')]: '0x8 0+2x20 40x20',
      [calls('ok')]: '0+5x8 40x20 40+5x20',
    },
    at: { '2m': [], '3m': [], '5m': [notAsked], '7m15s': [notAsked], '7m30s': [] },
  },
  {
    title: 'a service that is not asked, and that nobody wants to ask, calls nobody',
    interval: '15s',
    series: { [breaker]: '0x8 1x60', [calls('refused')]: '0x8 2x60' },
    at: { '2m30s': [], '5m': [], '15m': [] },
  },
  {
    title: 'an instance that is left alone each time it is tried, for ten minutes',
    interval: '1m',
    series: { [ejected]: '0x4 1x3 0 1x3 0 1x3 0 1x3 0x8', [breaker]: '0x40' },
    at: { '4m': [], '13m': [], '16m': [sick], '20m': [sick], '24m': [sick], '27m': [] },
  },
  {
    title: 'an instance that was sick for a moment calls nobody; all of them are for the breaker',
    interval: '1m',
    series: {
      [ejected]: '0x4 1x2 0x8 2x20',
      [breaker]: '0x14 1x20',
      [calls('refused')]: '0x40',
    },
    at: { '6m': [], '12m': [], '30m': [] },
  },
  {
    title: 'an instance that is somebody else, until five minutes after it was met last',
    interval: '15s',
    series: { [`${metricNames.servicePeersRefused}{${gateway},service="payments"}`]: '0x8 1x60' },
    at: {
      '2m': [],
      '2m15s': [
        {
          alert: 'HoldfastRegistrationForged',
          labels: { process: 'gateway', service: 'payments', severity: 'page' },
          summary:
            'Consul names an instance of payments that is somebody else; gateway asked it nothing',
        },
      ],
      '7m30s': [],
    },
  },
];
