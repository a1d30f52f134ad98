import { spreadOf } from '../measure/numbers';
import { markdownTable } from '../report/markdown';
import type { Column } from '../report/markdown';
import { ranged } from '../report/table';
import type { RelayGroup, RelaySample } from './measure';
import type { RelayStore } from './outbox';

const cpuOf = (group: RelayGroup) => (sample: RelaySample) => sample.cpuMs[group] ?? NaN;

const figures: readonly (readonly [string, (sample: RelaySample) => number])[] = [
  ['drained, events/s', ({ drainedPerSecond }) => drainedPerSecond],
  ['CPU ms for 1,000: relay', cpuOf('client')],
  ['database', cpuOf('database')],
  ['log', cpuOf('log')],
  ['then commits/s', ({ commitsPerSecond }) => commitsPerSecond],
  ['commit → ack, p50 ms', ({ ackP50Ms }) => ackP50Ms],
  ['p99 ms', ({ ackP99Ms }) => ackP99Ms],
];

/** A row for each store: medians over rounds, and between which figures they were. */
export function asRelayTable(samples: readonly RelaySample[]): string {
  const stores = [...new Set(samples.map(({ store }) => store))];
  const columns: readonly Column<RelayStore>[] = [
    ['store', (store) => `\`${store}\``],
    ...figures.map(([title, of]): Column<RelayStore> => [
      title,
      (store) => ranged(spreadOf(samples.filter((one) => one.store === store).map(of))),
    ]),
  ];
  return [...markdownTable(columns, stores), ''].join('\n');
}
