import { trace } from '@opentelemetry/api';
import type { Context as ActivityContext } from '@temporalio/activity';
import { defaultPayloadConverter } from '@temporalio/common';
import { stepInterceptors } from '../../../platform/host/step-tracing';
import { createLog } from '../../../platform/runtime/log';
import { forwardTraceHeader } from '../../../platform/saga/traces/header';
import { recordSpans } from '../../support/recorded-spans';

const exporter = recordSpans();

const lines: string[] = [];
const log = createLog(
  { HOLDFAST_NAME: 'payments', HOLDFAST_LOG_LEVEL: 'info' },
  { write: (line) => void lines.push(line) },
);
const activity = {
  info: {
    activityType: 'payments.release',
    attempt: 3,
    workflowExecution: { workflowId: 'place-order:1', runId: 'run' },
  },
} as unknown as ActivityContext;
const message = {
  ...{
    sagaId: 'place-order:1/run',
    saga: 'place-order',
    step: 'authorize',
    epoch: 2,
    kind: 'undo',
  },
};
const forward = `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`;

/** Runs one activity in a span, as OpenTelemetry's interceptor does, and answers what it logged. */
async function run(headers: Record<string, unknown> = {}, args: unknown[] = [message]) {
  lines.length = 0;
  const { inbound, outbound } = stepInterceptors(activity);
  await trace.getTracer('test').startActiveSpan('RunActivity', async (span) => {
    const input = { args, headers } as Parameters<
      NonNullable<typeof inbound>['execute'] & object
    >[0];
    await inbound?.execute?.(input, async () => log.child({ lease: 'x' }).info('at work'));
    span.end();
  });
  const about = outbound?.getLogAttributes?.({}, (attributes) => attributes);
  return { span: exporter.getFinishedSpans()[0], about };
}

describe('an activity', () => {
  test('says on its span which attempt of which step of which saga it is', async () => {
    const { span } = await run();
    expect(span?.attributes).toEqual({
      ...{ 'saga.id': 'place-order:1/run', 'saga.step': 'authorize', 'saga.epoch': 2 },
      ...{ 'saga.direction': 'undo', 'saga.attempt': 3 },
    });
    expect(span?.links).toEqual([]);
  });

  test('that takes a step back is linked to where it was sent forward', async () => {
    const carrier = defaultPayloadConverter.toPayload({ traceparent: forward });
    const { span } = await run({ [forwardTraceHeader]: carrier });
    expect(span?.links.map((link) => link.context)).toMatchObject([
      { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
    ]);
  });

  test('logs under its saga, step, attempt and trace, and so does Temporal about it', async () => {
    const { span, about } = await run();
    const { traceId, spanId } = span?.spanContext() ?? {};
    const said = {
      ...{ sagaId: 'place-order:1/run', saga: 'place-order', step: 'authorize', epoch: 2 },
      ...{ direction: 'undo', attempt: 3, command: 'payments.release', traceId, spanId },
    };
    expect(JSON.parse(String(lines[0]))).toMatchObject({ ...said, msg: 'at work', lease: 'x' });
    expect(about).toMatchObject(said);
    log.info('afterwards');
    expect(JSON.parse(String(lines[1]))).not.toHaveProperty('sagaId');
  });

  test('without a message says its name and attempt alone', async () => {
    const { span } = await run({}, []);
    expect(span?.attributes).toEqual({ 'saga.attempt': 3 });
    expect(JSON.parse(String(lines[0]))).toMatchObject({ command: 'payments.release', attempt: 3 });
  });
});
