import { metricNames } from '../../../platform/runtime/metric-names';
import type { Expected, Scenario } from './scenarios';

const sagas = 'saga="place-order",outcome="completed"';
const counted = (waited: 'yes' | 'no'): string =>
  `${metricNames.sagaDuration}_count{${sagas},waited="${waited}"}`;
const swift = (waited: 'yes' | 'no'): string =>
  `${metricNames.sagaDuration}_bucket{${sagas},waited="${waited}",le="60"}`;

const fast = (share: string): Expected => ({
  alert: 'HoldfastSlowSagasFastBurn',
  labels: { severity: 'page' },
  summary: `${share} of the sagas of the last hour took longer than a minute`,
});
const slow = (share: string): Expected => ({
  alert: 'HoldfastSlowSagasSlowBurn',
  labels: { severity: 'page' },
  summary: `${share} of the sagas of six hours took longer than a minute`,
});
const budget = (share: string): Expected => ({
  alert: 'HoldfastSlowSagasBudget',
  labels: { severity: 'warn' },
  summary: `${share} of the sagas of three days took longer than a minute`,
});

/** A thousand sagas a minute; how many of them are slow, and for how long. */
export const objectiveScenarios: readonly Scenario[] = [
  {
    title: 'one slow saga in two thousand is within the objective, for hours',
    interval: '1m',
    series: { [counted('no')]: '0+2000x150', [swift('no')]: '0+1999x150' },
    at: { '30m': [], '2h30m': [] },
  },
  {
    title: 'sagas that waited for a person are not slow, however long they took',
    interval: '1m',
    series: {
      [counted('no')]: '0+1000x100',
      [swift('no')]: '0+1000x100',
      [counted('yes')]: '0+100x100',
      [swift('yes')]: '0x100',
    },
    at: { '30m': [], '1h30m': [] },
  },
  {
    title: 'no saga that ended is no slow saga',
    interval: '1m',
    series: { [counted('no')]: '5x100', [swift('no')]: '0x100' },
    at: { '10m': [], '1h30m': [] },
  },
  {
    title:
      'one in twenty slow calls somebody within minutes, and no more five minutes after it is mended',
    interval: '1m',
    // An hour of calm, twenty minutes of trouble, three hours of calm.
    series: {
      [counted('no')]: '0+1000x180',
      [swift('no')]: '0+1000x60 60950+950x19 80000+1000x100',
    },
    at: {
      '1h': [],
      '1h10m': [slow('0.7143%')],
      '1h20m': [fast('1.667%'), slow('1.25%')],
      '1h27m': [slow('1.149%')],
      '2h30m': [budget('0.6667%')],
    },
  },
  {
    title: 'one in a hundred slow is too few for an hour, and calls somebody by the six',
    interval: '1m',
    series: {
      [counted('no')]: '0+1000x400',
      [swift('no')]: '0+990x400',
    },
    at: {
      '30m': [slow('1%')],
      '6h30m': [slow('1%'), budget('1%')],
    },
  },
];
