import { traceEvent } from '../../../platform/event-log/trace';
import { inSpan, presentTraceparent } from '../../../platform/runtime/spans';
import { recordSpans } from '../../support/recorded-spans';

const exporter = recordSpans();

const event = { type: 'order.opened', aggregateId: 'order/1', seq: 1 };
const traceId = '0af7651916cd43dd8448eb211c80319c';

describe('the way of an event', () => {
  test('is a span of the trace the event was born in, from where the work on it began', () => {
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    const beganMs = Date.now() - 250;
    traceEvent(
      { ...event, traceparent },
      { kind: 'publish', name: 'service-events.orders', beganMs },
    );
    const [span] = exporter.getFinishedSpans();
    expect(span?.name).toBe('publish service-events.orders');
    expect(span?.spanContext().traceId).toBe(traceId);
    expect(span?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    const [seconds = 0, nanos = 0] = span?.duration ?? [];
    expect(seconds + nanos / 1e9).toBeGreaterThanOrEqual(0.25);
  });

  test.each([undefined, '', '00-1-2-3'])(
    'is nothing where the event tells no trace: %s',
    (told) => {
      const span = { kind: 'project', name: 'orders', beganMs: Date.now() } as const;
      traceEvent({ ...event, ...(told === undefined ? {} : { traceparent: told }) }, span);
      expect(exporter.getFinishedSpans()).toEqual([]);
    },
  );
});

describe('work in a span', () => {
  test('begins a trace of its own where it is only caused by another, and links to it', async () => {
    const causes = [`00-${traceId}-b7ad6b7169203331-01`, undefined, 'nonsense'];
    await inSpan('outer', {}, () => inSpan('react', { root: true, causes }, async () => undefined));
    const [inner, outer] = exporter.getFinishedSpans();
    expect(inner?.parentSpanContext).toBeUndefined();
    expect(inner?.spanContext().traceId).not.toBe(outer?.spanContext().traceId);
    expect(inner?.links.map((link) => link.context.traceId)).toEqual([traceId]);
  });

  test('is what the work hands on, and tells how it failed by code alone', async () => {
    const failing = inSpan('transact orders', { kind: 'client' }, async () => {
      throw Object.assign(new Error(String(presentTraceparent())), { code: 'STORE_CONFLICT' });
    });
    const told = await failing.catch((error: unknown) => (error as Error).message);
    const [span] = exporter.getFinishedSpans();
    expect(told).toContain(span?.spanContext().spanId);
    expect(span?.attributes).toEqual({ 'error.code': 'STORE_CONFLICT' });
    expect(span?.status).toEqual({ code: 2 });
    expect(span?.events).toEqual([]);
  });
});
