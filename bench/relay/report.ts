import { spreadOf } from '../measure/numbers';
import type { Spread } from '../measure/numbers';
import { ranged } from '../report/table';
import type { RelayGroup, RelaySample } from './measure';

const cpuOf = (group: RelayGroup) => (sample: RelaySample) => sample.cpuMs[group] ?? NaN;

const columns: readonly (readonly [string, (sample: RelaySample) => number])[] = [
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
  const titles = ['store', ...columns.map(([title]) => title)];
  const rows = stores.map((store) => {
    const own = samples.filter((sample) => sample.store === store);
    const figures = columns.map(([, of]): Spread | undefined => spreadOf(own.map(of)));
    return [`\`${store}\``, ...figures.map(ranged)];
  });
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line), ''].join('\n');
}
