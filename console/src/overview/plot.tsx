import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Minute, Outcome } from '../gateway/answers';
import { durationText } from '../parts/times';
import { outcomes, plotColumns, withNeighbours } from './figures';

const heightPx = 240;
/** From one tick of the axis to the next, seconds: a minute is one bar. */
const stepsSeconds = [1, 2, 5, 10, 15, 30, 60, 180, 360, 720, 1_440].map((minutes) => minutes * 60);

/** The plot is drawn on a canvas, which no style sheet reaches: colours are read from it. */
function colours(place: HTMLElement) {
  const style = getComputedStyle(place);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    completed: read('--completed'),
    compensated: read('--compensated'),
    cancelled: read('--cancelled'),
    p99: read('--accent'),
    text: read('--text-quiet'),
    line: read('--line'),
  };
}

type Colours = ReturnType<typeof colours>;

/** What a bar counts, whatever it stands upon. */
type CountOf = (outcome: Outcome, index: number | null) => string;

function seriesOf(own: Colours, countOf: CountOf): uPlot.Series[] {
  const paths = uPlot.paths.bars?.({ size: [0.7, 14] });
  const bars = (outcome: Outcome): uPlot.Series => ({
    ...{ label: outcome, stroke: own[outcome], fill: own[outcome], width: 0, scale: 'count' },
    ...{ points: { show: false }, ...(paths === undefined ? {} : { paths }) },
    value: (_plot, _height, _series, index) => countOf(outcome, index),
  });
  return [
    { label: 'Minute', value: '{HH}:{mm}' },
    ...outcomes.map(bars),
    {
      ...{ label: 'p99', stroke: own.p99, width: 2, dash: [6, 4], scale: 'ms' },
      ...{ spanGaps: true, points: { show: false } },
      value: (_plot, value) => durationText(value),
    },
  ];
}

function optionsOf(place: HTMLElement, countOf: CountOf): uPlot.Options {
  const own = colours(place);
  const axis: uPlot.Axis = {
    ...{ stroke: own.text, font: '12px system-ui' },
    ...{ grid: { stroke: own.line, width: 1 }, ticks: { stroke: own.line, width: 1 } },
  };
  const whole = (_plot: uPlot, splits: number[]) =>
    splits.map((value) => (Number.isInteger(value) ? String(value) : ''));
  return {
    ...{ width: place.clientWidth, height: heightPx, series: seriesOf(own, countOf) },
    scales: {
      count: { range: (_plot, _min, max) => [0, Math.max(4, max * 1.1)] },
      ms: { range: (_plot, _min, max) => [0, Math.max(10, max * 1.15)] },
    },
    axes: [
      { ...axis, values: '{HH}:{mm}', space: 70, incrs: [...stepsSeconds] },
      { ...axis, scale: 'count', values: whole, size: 40 },
      {
        ...{ ...axis, scale: 'ms', side: 1, size: 72, grid: { show: false } },
        values: (_plot, splits) => splits.map((value) => durationText(value)),
      },
    ],
    legend: { live: true },
    cursor: { drag: { x: false, y: false } },
  };
}

/** Ends of sagas per minute by outcome, with p99 of their times. A table beside it says the same. */
export default function EndsPlot(props: { readonly perMinute: readonly Minute[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const minutes = withNeighbours(props.perMinute);
  const data = plotColumns(minutes);
  const last = useRef({ data, minutes });
  last.current = { data, minutes };
  useEffect(() => {
    const host = place.current;
    if (host === null) return undefined;
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const countOf: CountOf = (outcome, index) =>
      String(last.current.minutes[index ?? -1]?.[outcome] ?? '–');
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(host, countOf), last.current.data, host);
    };
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: host.clientWidth, height: heightPx }),
    );
    draw();
    resized.observe(host);
    scheme.addEventListener('change', draw);
    return () => {
      scheme.removeEventListener('change', draw);
      resized.disconnect();
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(data), [props.perMinute]);
  return <div ref={place} class="plot" aria-hidden="true" />;
}
