import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { isOfSaga } from '../../platform/kernel/saga-id';
import type { SpanLine } from '../../platform/runtime/trace-file';

/** One trace: all of its spans that were written, the earliest first. */
export interface Trace {
  readonly traceId: string;
  readonly spans: readonly SpanLine[];
}

/** What belongs to a saga, or to a trace. */
export interface Found {
  /** Traces that have a part of it, the earliest first: its start, and later what people did. */
  readonly traces: readonly Trace[];
  /** Traces that these are linked to, or that are linked to them: what caused it, what it caused. */
  readonly linked: readonly Trace[];
}

const traceIdFormat = /^[0-9a-f]{32}$/;

/**
 * Looks for a saga, by workflow id or saga id, or for a trace, in the trace files of a folder; undefined where nothing
 * of it was written, or all of it was put aside since.
 */
export function findTraces(folder: string, asked: string): Found | undefined {
  const lines = linesIn(folder);
  const own = traceIdFormat.test(asked) ? new Set([asked]) : tracesOfSaga(lines, asked);
  // Every line that names one of them: their spans, and spans that are linked to theirs.
  const naming = spansNaming(lines, own);
  const traces = tracesOf(naming, own);
  if (traces.length === 0) return undefined;
  const links = traces.flatMap(({ spans }) => spans.flatMap((span) => span.links ?? []));
  const others = new Set([...naming, ...links].map(({ traceId }) => traceId));
  own.forEach((traceId) => others.delete(traceId));
  return { traces, linked: tracesOf(spansNaming(lines, others), others) };
}

/** All lines of a folder's trace files. What a process is writing just now has no end yet and is left out. */
function linesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.jsonl(\.1)?$/.test(name))
    .flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n').slice(0, -1));
}

function tracesOfSaga(lines: readonly string[], asked: string): Set<string> {
  const found = new Set<string>();
  for (const line of lines) {
    if (!line.includes(asked)) continue;
    const span = parsed(line);
    if (span !== undefined && isAbout(span, asked)) found.add(span.traceId);
  }
  return found;
}

/** Spans of who only looked at the saga: no part of what happened to it. */
const look = /^(DescribeWorkflow|QueryWorkflow|HandleQuery)/;

/** A saga id is its workflow id and a run; either names it. */
function isAbout({ name, attributes }: SpanLine, asked: string): boolean {
  if (look.test(name)) return false;
  const { workflowId, temporalWorkflowId, 'saga.id': sagaId } = attributes;
  const [ofSaga = ''] = asked.split('/');
  return [workflowId, temporalWorkflowId].includes(ofSaga) || isOfSaga(sagaId, asked);
}

function spansNaming(lines: readonly string[], ids: ReadonlySet<string>): readonly SpanLine[] {
  const wanted = [...ids];
  return lines
    .filter((line) => wanted.some((traceId) => line.includes(traceId)))
    .flatMap((line) => parsed(line) ?? []);
}

function tracesOf(spans: readonly SpanLine[], ids: ReadonlySet<string>): readonly Trace[] {
  const traces = [...ids].map((traceId) => ({
    traceId,
    spans: spans.filter((span) => span.traceId === traceId).sort(byStart),
  }));
  return traces
    .filter((trace) => trace.spans.length > 0)
    .sort((one, other) => byStart(one.spans[0] as SpanLine, other.spans[0] as SpanLine));
}

function byStart(one: SpanLine, other: SpanLine): number {
  const [first, second] = [BigInt(one.start), BigInt(other.start)];
  return first < second ? -1 : Number(first > second);
}

/** Two processes of one name may cut into each other's lines where a disk is full. */
function parsed(line: string): SpanLine | undefined {
  try {
    return JSON.parse(line) as SpanLine;
  } catch {
    return undefined;
  }
}
