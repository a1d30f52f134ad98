import { workflowIdAt as idAt } from '../../cli/chaos/shop';
import path from 'node:path';
import { until } from '../../cli/up/api-client';
import type { ApiAnswer } from '../../cli/up/api-client';
import { findTraces } from '../../cli/trace/read';
import type { Found, Trace } from '../../cli/trace/read';
import type { SpanLine } from '../../platform/runtime/trace-file';
import { world } from './world';

const waitMsMax = 30_000;

/** Workflow id of the saga that an answer says where to look for. */
export function workflowIdAt({ location }: Pick<ApiAnswer, 'location'>): string {
  return idAt(String(location));
}

/** What the processes of this world have written of a saga, or of a trace. */
export function tracesOf(asked: string): Found | undefined {
  return findTraces(path.join(world().stateDir, 'traces'), asked);
}

/** Waits until the trace in which a saga was started says this; answers it as it is when the time is up. */
export async function traceWith(
  workflowId: string,
  isWhole: (trace: Trace) => boolean,
): Promise<Trace> {
  let last: Trace | undefined;
  await until('the whole trace', waitMsMax, async () => {
    last = tracesOf(workflowId)?.traces[0];
    return last !== undefined && isWhole(last) ? last : undefined;
  }).catch(() => undefined);
  if (last === undefined) throw new Error(`no span of ${workflowId} was written`);
  return last;
}

/** What belongs to the first saga of a gateway alone: it reads which types may start. */
const switches = 'StartWorkflow:saga-switch';

/**
 * A trace as text: a span a line under what it is a part of, with its process. Siblings stand in the order of their
 * names, and those that are alike in everything below them, as the two events of one transaction are, stand once.
 */
export function treeOf({ spans }: Pick<Trace, 'spans'>): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (children: readonly SpanLine[]): readonly string[] => {
    const shown = children
      .filter(({ name }) => name !== switches)
      .map((span) => {
        const own = spans.filter(({ parentSpanId }) => parentSpanId === span.spanId);
        return [`${span.name} (${span.service})`, ...below(own).map((line) => `  ${line}`)];
      });
    return [...new Set(shown.map((lines) => lines.join('\n')))]
      .sort()
      .flatMap((text) => text.split('\n'));
  };
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === null || !ids.has(parentSpanId));
  return below(roots).join('\n');
}
