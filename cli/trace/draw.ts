import type { SpanLine } from '../../platform/runtime/trace-file';
import type { Found, Trace } from './read';

const barWidth = 30;
const nameWidthMax = 64;

/** Draws what was found: a tree a trace, with a bar a span on the trace's own axis. */
export function drawTraces({ traces, linked }: Found): readonly string[] {
  const all = [...traces, ...linked].flatMap(({ spans }) => spans);
  const byId = new Map(all.map((span) => [span.spanId, span]));
  return [
    ...traces.flatMap((trace) => drawTrace(trace, byId, '')),
    ...linked.flatMap((trace) => drawTrace(trace, byId, ' (linked)')),
  ];
}

interface Row {
  readonly span: SpanLine;
  readonly depth: number;
  readonly isOrphan: boolean;
}

function drawTrace(
  { traceId, spans }: Trace,
  byId: ReadonlyMap<string, SpanLine>,
  note: string,
): readonly string[] {
  const rows = rowsOf(spans);
  const from = Math.min(...spans.map(({ start }) => msOf(start)));
  const tookMs = Math.max(...spans.map(({ end }) => msOf(end))) - from;
  const texts = rows.map(({ span, depth, isOrphan }) => {
    const text = `${'  '.repeat(depth)}${isOrphan ? '… ' : ''}${span.name}`;
    return text.length > nameWidthMax ? `${text.slice(0, nameWidthMax - 1)}…` : text;
  });
  const width = Math.max(...texts.map(({ length }) => length));
  const services = Math.max(...rows.map(({ span }) => span.service.length));
  const drawn = rows.map(({ span }, index) => {
    const bar = barOf(span, { from, tookMs });
    const took = `${(msOf(span.end) - msOf(span.start)).toFixed(1)} ms`.padStart(11);
    const about = [span.status === 2 ? '✗' : '', ...linksOf(span, byId)].filter(Boolean).join(' ');
    const named = `${(texts[index] ?? '').padEnd(width)}  ${span.service.padEnd(services)}`;
    return `  ${named} │${bar}│${took}${about === '' ? '' : `  ${about}`}`;
  });
  const began = new Date(from).toISOString();
  const orphans = rows.some(({ isOrphan }) => isOrphan);
  return [
    `trace ${traceId}${note}: ${spans.length} spans from ${began}, ${tookMs.toFixed(1)} ms`,
    ...drawn,
    ...(orphans ? ['  … what it is a part of was not written: its process was killed'] : []),
    '',
  ];
}

/** Depth first, siblings by their start. A span whose parent was not written stands where a root does. */
function rowsOf(spans: readonly SpanLine[]): readonly Row[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const isRoot = ({ parentSpanId }: SpanLine) => parentSpanId === null || !ids.has(parentSpanId);
  const below = (span: SpanLine, depth: number): readonly Row[] => [
    { span, depth, isOrphan: depth === 0 && span.parentSpanId !== null },
    ...spans
      .filter(({ parentSpanId }) => parentSpanId === span.spanId)
      .flatMap((child) => below(child, depth + 1)),
  ];
  return spans.filter(isRoot).flatMap((root) => below(root, 0));
}

function linksOf(
  { links = [], attributes }: SpanLine,
  byId: ReadonlyMap<string, SpanLine>,
): readonly string[] {
  const isUndo = ['undo', 'settle'].includes(String(attributes['saga.direction']));
  return links.map(({ spanId, traceId }) => {
    const to = byId.get(spanId)?.name ?? `span ${spanId} of trace ${traceId}`;
    return isUndo ? `↩ takes back ${to}` : `→ ${to}`;
  });
}

function barOf(span: SpanLine, axis: { readonly from: number; readonly tookMs: number }): string {
  const place = (ns: string) =>
    Math.round(((msOf(ns) - axis.from) / Math.max(axis.tookMs, 0.001)) * (barWidth - 1));
  const [start, end] = [place(span.start), place(span.end)];
  return `${' '.repeat(start)}${'━'.repeat(Math.max(1, end - start))}`.padEnd(barWidth);
}

/** Milliseconds since 1970, to the microsecond. */
function msOf(ns: string): number {
  return Number(BigInt(ns) / 1_000n) / 1_000;
}
