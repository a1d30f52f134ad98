import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { FileSpanExporter } from '../../../platform/runtime/trace-file';
import { AllowListSpanProcessor, startTracing } from '../../../platform/runtime/tracing';

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
