import { spreadOf } from '../measure/numbers';
import type { Spread } from '../measure/numbers';
import { markdownTable } from '../report/markdown';
import type { Column } from '../report/markdown';
import { ranged } from '../report/table';
import { addedMsMax, reads } from './reads';
import type { BaseName, ReadName } from './reads';
import { cpuNames } from './samples';
import type { ComparedSample, CpuName } from './samples';

const cpuOf = (name: CpuName) => (sample: ComparedSample) => sample.cpuUs[name] ?? NaN;
const addedTo = (base: BaseName) => (sample: ComparedSample) => sample.addedMs[base] ?? NaN;

const figures: readonly (readonly [string, (sample: ComparedSample) => number])[] = [
  ['p50 ms', ({ p50Ms }) => p50Ms],
  ['p99 ms', ({ p99Ms }) => p99Ms],
  ['reads/s', ({ readsPerSecond }) => readsPerSecond],
  ...cpuNames.map((name) => {
    return [name === 'server' ? 'CPU µs: server' : name, cpuOf(name)] as const;
  }),
  ['p50 − bare-redis, ms', addedTo('bare-redis')],
  ['p50 − bare, ms', addedTo('bare')],
];

/** A table for each number of callers: medians over rounds, and between which figures they were. */
export function asGatewayTable(samples: readonly ComparedSample[]): string {
  const names = [...new Set(samples.map(({ read }) => read))].sort(inOrder);
  const legend = names.map((name) => `* \`${name}\`: ${reads[name]}`);
  const tables = callersOf(samples).flatMap((callers) => {
    const columns: readonly Column<ReadName>[] = [
      ['read', (name) => `\`${name}\``],
      ...figures.map(([title, of]): Column<ReadName> => [
        title,
        (name) => signed(spreadOf(samplesOf(samples, name, callers).map(of))),
      ]),
    ];
    const title = callers === 1 ? '1 caller' : `${callers} callers`;
    return [`### ${title}`, '', ...markdownTable(columns, names), ''];
  });
  const verdicts = callersOf(samples).map((callers) => verdictOf(samples, callers));
  return [...legend, '', ...tables, ...verdicts.filter((one) => one !== ''), ''].join('\n');
}

const order = Object.keys(reads);
const inOrder = (one: ReadName, other: ReadName): number =>
  order.indexOf(one) - order.indexOf(other);

function callersOf(samples: readonly ComparedSample[]): readonly number[] {
  return [...new Set(samples.map(({ callers }) => callers))];
}

function samplesOf(samples: readonly ComparedSample[], name: ReadName, callers: number) {
  return samples.filter((one) => one.read === name && one.callers === callers);
}

/** A difference may be below nothing: as many digits there, and a sign that no range is mistaken for. */
function signed(spread: Spread | undefined): string {
  if (spread === undefined || spread.min >= 0) return ranged(spread);
  const { median, min, max, rounds } = spread;
  const written = (value: number): string => value.toFixed(2).replace('-', '−');
  return rounds === 1 ? written(median) : `${written(median)} (${written(min)} to ${written(max)})`;
}

/** Whether the gateway adds no more than it may, in a sentence; empty where it was not measured. */
export function verdictOf(samples: readonly ComparedSample[], callers: number): string {
  const added = spreadOf(samplesOf(samples, 'gateway', callers).map(addedTo('bare-redis')));
  if (added === undefined) return '';
  const who = callers === 1 ? 'With one caller' : `With ${callers} callers`;
  const found = `${who} the gateway adds ${signed(added)} ms at the median to \`bare-redis\``;
  if (added.median > addedMsMax) return `* ${found}: more than the ${addedMsMax} ms of the aim.`;
  const everywhere = added.max <= addedMsMax ? 'in every round' : 'by the median of the rounds';
  return `* ${found}: the aim of ${addedMsMax} ms is met ${everywhere}.`;
}
