import { spreadOf } from '../measure/numbers';
import { markdownTable } from '../report/markdown';
import { ranged } from '../report/table';
import type { ProjectionSample } from './measure';

type Figure = readonly [title: string, of: (sample: ProjectionSample) => number];

const figures: readonly Figure[] = [
  ['live projector caught up, events/s', ({ caughtUpPerSecond }) => caughtUpPerSecond],
  ['CPU ms for 1,000: projector', ({ caughtUpCpuMs }) => caughtUpCpuMs.projector ?? NaN],
  ['database', ({ caughtUpCpuMs }) => caughtUpCpuMs.database ?? NaN],
  ['log', ({ caughtUpCpuMs }) => caughtUpCpuMs.log ?? NaN],
  ['commits/s beside it', ({ commitsPerSecond }) => commitsPerSecond],
  ['commit → ack, p50 ms', ({ ack }) => ack.p50Ms],
  ['p99 ms', ({ ack }) => ack.p99Ms],
  ['commit → row, p50 ms', ({ row }) => row.p50Ms],
  ['p99 ms', ({ row }) => row.p99Ms],
  ['events in the log then', ({ rebuilt }) => rebuilt],
  ['rebuilt, events/s', ({ rebuiltPerSecond }) => rebuiltPerSecond],
  ['CPU ms for 1,000: this process', ({ rebuiltCpuMs }) => rebuiltCpuMs.client ?? NaN],
  ['database', ({ rebuiltCpuMs }) => rebuiltCpuMs.database ?? NaN],
  ['log', ({ rebuiltCpuMs }) => rebuiltCpuMs.log ?? NaN],
];

/** A line for each figure: the median over rounds, and between which figures they were. */
export function asProjectionTable(samples: readonly ProjectionSample[]): string {
  const lines = markdownTable<Figure>(
    [
      ['what', ([title]) => title],
      ['', ([, of]) => ranged(spreadOf(samples.map(of)))],
    ],
    figures,
  );
  return [...lines, ''].join('\n');
}
