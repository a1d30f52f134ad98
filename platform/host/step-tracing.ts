import { ROOT_CONTEXT, isSpanContextValid, propagation, trace } from '@opentelemetry/api';
import type { Link, Span } from '@opentelemetry/api';
import type { Context as ActivityContext } from '@temporalio/activity';
import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityInterceptors, WorkerPlugin } from '@temporalio/worker';
import type { StepMessage } from '../kernel/step';
import { withLogContext } from '../runtime/log-context';
import type { LogData } from '../runtime/log';
import { forwardTraceHeader } from '../saga/traces/header';

/**
 * For every worker, behind OpenTelemetry's plugin: the span of an activity says which attempt of which step of which
 * saga it is, and what takes a step back is linked to where it was sent forward. Every line that the activity logs
 * says the same, and so do Temporal's own lines about it.
 */
export const stepTracing: WorkerPlugin = {
  name: 'holdfast-step-tracing',
  configureWorker: (options) => ({
    ...options,
    interceptors: {
      ...options.interceptors,
      activity: [...(options.interceptors?.activity ?? []), stepInterceptors],
    },
  }),
};

/** Exported for tests: the interceptors of one activity. */
export function stepInterceptors(activity: ActivityContext): ActivityInterceptors {
  let about: LogData = {};
  return {
    inbound: {
      execute(input, next) {
        const [message] = input.args as readonly (Partial<StepMessage> | undefined)[];
        const span = trace.getActiveSpan();
        const { workflowExecution, activityType: command, attempt } = activity.info;
        const { workflowId } = workflowExecution ?? {};
        about = stepOf(message, { command, attempt, workflowId });
        if (span !== undefined) {
          describeStep(span, about);
          linkOf(input.headers[forwardTraceHeader]).forEach((link) => span.addLink(link));
        }
        about = { ...about, ...idsOf(span) };
        return withLogContext(about, () => next(input));
      },
    },
    outbound: {
      // Temporal logs the end of an activity behind the interceptors: the span is over by then.
      getLogAttributes: (input, next) => next({ ...about, ...input }),
    },
  };
}

/** Which attempt of which step of which saga it is, as lines of a log say it. */
export function stepOf(
  message: Partial<StepMessage> | undefined,
  attempt: Pick<LogData, 'command' | 'attempt' | 'workflowId'>,
): LogData {
  const { sagaId, saga, step, epoch, kind } = message ?? {};
  const direction = kind === undefined ? {} : { direction: kind };
  return { ...{ sagaId, saga, step, epoch }, ...attempt, ...direction };
}

/** Says the same on a span. */
export function describeStep(
  span: Span,
  { sagaId, step, epoch, direction, attempt }: LogData,
): void {
  const attributes = {
    ...{ 'saga.id': sagaId, 'saga.step': step, 'saga.epoch': epoch },
    ...{ 'saga.direction': direction, 'saga.attempt': attempt },
  };
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string' || typeof value === 'number') span.setAttribute(name, value);
  }
}

function linkOf(header: Parameters<typeof defaultPayloadConverter.fromPayload>[0] | undefined) {
  if (header === undefined) return [];
  const carrier = defaultPayloadConverter.fromPayload<Record<string, string>>(header);
  const context = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, carrier));
  return context === undefined ? [] : [{ context } satisfies Link];
}

function idsOf(span: Span | undefined): LogData {
  const context = span?.spanContext();
  if (context === undefined || !isSpanContextValid(context)) return {};
  return { traceId: context.traceId, spanId: context.spanId };
}
