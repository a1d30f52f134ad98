import { createApp } from '../../../platform/http/app';
import { createHealth } from '../../../platform/http/health';
import { createMetrics } from '../../../platform/http/metrics';
import { traceHeaders } from '../../../platform/http/tracing';
import { silentLog } from '../../../platform/runtime/log';
import { ask } from './in-process';
import { recordSpans } from '../../support/recorded-spans';

const exporter = recordSpans();

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

/** Answers with the headers that would go to the next process. */
function appThat(joinsTraceOf?: () => boolean) {
  return createApp({
    ...{ log: silentLog, metrics: createMetrics({ defaults: false }), health: createHealth() },
    mount: (app) =>
      app.get('/things/:id', (_request, response) => void response.json(traceHeaders())),
    ...(joinsTraceOf === undefined ? {} : { joinsTraceOf }),
  });
}

const asked = (sampled: '00' | '01') => ({
  path: '/things/1',
  headers: { traceparent: `00-${traceId}-${spanId}-${sampled}`, baggage: 'who=mallory' },
});

describe('a request that brings a trace along', () => {
  test('goes on with it where the caller is one of ours', async () => {
    const { traceparent } = (await ask(appThat(), asked('01'))).json();
    const [span] = exporter.getFinishedSpans();
    expect(span?.name).toBe('GET /things/:id');
    expect(span?.parentSpanContext?.spanId).toBe(spanId);
    expect(traceparent).toBe(`00-${traceId}-${span?.spanContext().spanId}-01`);
  });

  test.each(['00', '01'] as const)(
    'begins its own, linked to it and recorded, where anybody may call: flags %s',
    async (sampled) => {
      const sent = (
        await ask(
          appThat(() => false),
          asked(sampled),
        )
      ).json();
      const [span] = exporter.getFinishedSpans();
      expect(span?.parentSpanContext).toBeUndefined();
      expect(span?.spanContext().traceId).not.toBe(traceId);
      expect(span?.links.map((link) => link.context)).toMatchObject([{ traceId, spanId }]);
      expect(sent.traceparent).toBe(
        `00-${span?.spanContext().traceId}-${span?.spanContext().spanId}-01`,
      );
      expect(sent.baggage).toBeUndefined();
    },
  );

  test.each(['/healthz', '/readyz', '/metrics'])(
    'is in no trace where it is about the process: %s',
    async (asked) => {
      await ask(appThat(), { path: asked });
      expect(exporter.getFinishedSpans()).toEqual([]);
    },
  );
});
