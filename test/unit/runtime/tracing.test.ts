import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { FileSpanExporter } from '../../../platform/runtime/trace-file';
import { contextOf, inSpan, presentTraceparent } from '../../../platform/runtime/spans';
import { AllowListSpanProcessor, startTracing } from '../../../platform/runtime/tracing';
import type { Tracing } from '../../../platform/runtime/tracing';

describe('traces', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-traces-'));
  const file = path.join(folder, 'trace.jsonl');
  const exporter = new FileSpanExporter(file, 'orders');
  const spanProcessors = [new AllowListSpanProcessor(new SimpleSpanProcessor(exporter))];
  const tracer = new BasicTracerProvider({ spanProcessors }).getTracer('test');
  const lines = () =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('leave the process with allowed attributes alone: no memo, no message, no stack', () => {
    const span = tracer.startSpan('RunWorkflow:place-order', {
      attributes: { workflowType: 'place-order', memo: 'SECRET', 'lastFailure.message': 'SECRET' },
    });
    span.recordException(new Error('SECRET'));
    span.setStatus({ code: 2, message: 'SECRET' });
    span.end();
    expect(readFileSync(file, 'utf8')).not.toContain('SECRET');
    expect(lines().at(-1)).toMatchObject({
      service: 'orders',
      name: 'RunWorkflow:place-order',
      status: 2,
      attributes: { workflowType: 'place-order' },
    });
  });

  it('say which saga they are about, and what they are linked to', () => {
    const linked = tracer.startSpan('forward');
    const attributes = { workflowId: 'place-order-1', runId: 'run' };
    tracer.startSpan('undo', { attributes, links: [{ context: linked.spanContext() }] }).end();
    const { traceId, spanId } = linked.spanContext();
    expect(lines().at(-1)).toMatchObject({ attributes, links: [{ traceId, spanId }] });
  });

  it('are in the file as soon as they end: nothing is held back that a kill would lose', () => {
    const started = startTracing({ serviceName: 'orders', traceFile: file });
    trace.getTracer('test').startSpan('just before the kill').end();
    expect(lines().at(-1)).toMatchObject({ name: 'just before the kill' });
    return started.stop();
  });

  it('are kept up to a bound: a full file is put aside, in the place of the one before', () => {
    const bounded = path.join(folder, 'deep', 'bounded.jsonl');
    const spans = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(new FileSpanExporter(bounded, 'orders', 2_000))],
    }).getTracer('test');
    for (let count = 0; count < 40; count += 1) spans.startSpan(`span ${count}`).end();
    const sizes = [bounded, `${bounded}.1`].map((each) => statSync(each).size);
    expect(Math.max(...sizes)).toBeLessThan(2_400);
    expect(readdirSync(path.dirname(bounded))).toHaveLength(2);
    expect(readFileSync(bounded, 'utf8')).toContain('span 39');
  });

  it('are one JSON object a line, with ids that join them', () => {
    tracer.startSpan('one').end();
    tracer.startSpan('two').end();
    const [one, two] = lines().slice(-2);
    expect([one?.name, two?.name]).toEqual(['one', 'two']);
    expect(one?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(BigInt(String(one?.end))).toBeGreaterThanOrEqual(BigInt(String(one?.start)));
  });
});

describe('a trace that begins in this process', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-sampled-'));
  const traceFile = path.join(folder, 'trace.jsonl');
  const elsewhere = (sampled: '00' | '01') =>
    `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${sampled}`;
  let tracing: Tracing | undefined;
  const forget = () => [trace, context, propagation].forEach((api) => api.disable());
  beforeEach(forget);
  afterEach(async () => {
    await tracing?.stop();
    delete process.env.OTEL_TRACES_SAMPLER;
    forget();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What goes out of a span that is begun below this one. */
  const below = (traceparent?: string) =>
    context.with(contextOf(traceparent) ?? ROOT_CONTEXT, () =>
      inSpan('asked', {}, async () => presentTraceparent()),
    );

  it('says on its way that nobody takes spans, and has ids all the same', async () => {
    tracing = startTracing({ serviceName: 'gateway' });
    expect(await below()).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });

  it('is recorded where somebody takes them', async () => {
    tracing = startTracing({ serviceName: 'gateway', traceFile });
    expect(await below()).toMatch(/-01$/);
  });

  it('is recorded as OTEL_TRACES_SAMPLER has it', async () => {
    process.env.OTEL_TRACES_SAMPLER = 'parentbased_always_off';
    tracing = startTracing({ serviceName: 'gateway', traceFile });
    expect(await below()).toMatch(/-00$/);
  });

  it.each([['00'], ['01']] as const)('goes on as it came from elsewhere: %s', async (sampled) => {
    for (const taken of [{}, { traceFile }]) {
      tracing = startTracing({ serviceName: 'payments', ...taken });
      expect(await below(elsewhere(sampled))).toMatch(
        new RegExp(`^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-${sampled}$`),
      );
      await tracing.stop();
      forget();
    }
  });
});
