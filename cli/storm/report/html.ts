import { escaped } from '../../html';
import type { Recovery } from './recovery';
import { recoveryLine, reportLines } from './lines';
import type { StormReport } from './report';
import type { Second, Series } from './series';

const size = { width: 1_000, height: 150, left: 60, bottom: 18 } as const;

interface Plot {
  readonly title: string;
  readonly unit: string;
  readonly value: (second: Second) => number;
}

const plots: readonly Plot[] = [
  { title: 'Sagas under way', unit: '', value: ({ open }) => open },
  { title: 'Events not in the log yet', unit: '', value: ({ unsent }) => unsent },
  { title: 'Slowest request for a saga', unit: ' s', value: ({ takenMs }) => takenMs / 1_000 },
  { title: 'Slowest saga that ended', unit: ' s', value: ({ endedMs }) => endedMs / 1_000 },
];

/** One page with nothing outside itself: plots over the faults, and all that the terminal says. */
export function stormPage(report: StormReport, series: Series): string {
  const drawn = plots.map((plot) => figure(plot, series.seconds, report.recoveries));
  const text = reportLines(report, series).join('\n');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Storm ${report.seed}</title>
<style>
body { font: 14px system-ui, sans-serif; max-width: 1080px; margin: 2em auto; color: #222 }
svg { width: 100%; height: auto } pre { font-size: 12px; overflow-x: auto }
.line { fill: none; stroke: #1a56a0; stroke-width: 1.2 } .fault { fill: #d9480f; opacity: .25 }
.axis { stroke: #999; stroke-width: .5 } text { font-size: 11px; fill: #555 }
</style>
<h1>Storm of seed ${report.seed}: ${report.verdict}</h1>
<p>${report.minutes} minutes, ${report.brokers} broker(s), ${report.faults} faults, ${report.sagas} sagas.
A bar is a fault, from its beginning until its victim answered again; point at it to see which.</p>
${drawn.join('\n')}
<pre>${escaped(text)}</pre>
</html>
`;
}

function figure(
  { title, unit, value }: Plot,
  seconds: readonly Second[],
  recoveries: readonly Recovery[],
): string {
  const { width, height, left, bottom } = size;
  const highest = Math.max(1, ...seconds.map(value));
  const x = (atS: number) => left + (atS / Math.max(1, seconds.length)) * (width - left);
  const y = (level: number) => (height - bottom) * (1 - level / highest) + 4;
  const line = seconds.map((each) => `${x(each.atS).toFixed(1)},${y(value(each)).toFixed(1)}`);
  const marks = recoveries
    .filter(({ missed }) => !missed)
    .map((one) => {
      const [from, to] = [x(one.atS), x(one.atS + (one.heldMs + one.backMs) / 1_000)];
      const wide = Math.max(1, to - from).toFixed(1);
      const says = escaped(recoveryLine(one).trim());
      return `<rect class="fault" x="${from.toFixed(1)}" y="4" width="${wide}" height="${height - bottom}"><title>${says}</title></rect>`;
    });
  const minutes = Array.from({ length: Math.floor(seconds.length / 60) + 1 }, (_, minute) => {
    return `<text x="${x(minute * 60).toFixed(1)}" y="${height}">${minute} min</text>`;
  });
  return `<h2>${title}</h2>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<line class="axis" x1="${left}" x2="${width}" y1="${y(0)}" y2="${y(0)}"/>
<text x="0" y="14">${Number(highest.toFixed(1))}${unit}</text><text x="0" y="${y(0)}">0</text>
${marks.join('\n')}
<polyline class="line" points="${line.join(' ')}"/>
${minutes.join('')}
</svg>`;
}
