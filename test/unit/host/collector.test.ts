import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { context, propagation, trace } from '@opentelemetry/api';
import { collectorName, traceProcess } from '../../../platform/host/collector';
import type { Log } from '../../../platform/runtime/log';
import { silentLog } from '../../../platform/runtime/log';
import { createAuthority } from '../../../stack/authority';
import { createLeaf } from '../../../stack/certificates';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-collector-'));
const file = (name: string): string => path.join(folder, name);
afterEach(() => [context, propagation, trace].forEach((one) => one.disable()));
afterAll(() => rmSync(folder, { recursive: true }));

interface Taken {
  readonly url: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
  /** Name in the certificate that was shown, where it is of our authority. */
  readonly by: unknown;
}

/** A collector under this name, that answers this; and the configuration of a process that knows where it is. */
async function collector(name: string, status = 200) {
  const authority = await createAuthority();
  const ca = authority.certificate.toString('pem');
  const [own, ours] = await Promise.all(
    [name, 'orders'].map((each) => createLeaf(authority, each)),
  );
  writeFileSync(file('ca.crt'), ca);
  writeFileSync(file('orders.crt'), String(ours?.crt));
  writeFileSync(file('orders.key'), String(ours?.key));
  const taken: Taken[] = [];
  const options = {
    ca,
    cert: own?.crt,
    key: own?.key,
    requestCert: true,
    rejectUnauthorized: false,
  };
  const server = createServer(options, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const socket = request.socket as TLSSocket;
      const by = socket.authorized ? socket.getPeerCertificate().subject.CN : 'nobody';
      taken.push({ url: request.url, type: request.headers['content-type'], body, by });
      response.writeHead(status).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = {
    ...{ HOLDFAST_NAME: 'orders', HOLDFAST_TRACE_FILE: '' },
    HOLDFAST_OTLP_URL: `https://localhost:${port}`,
    HOLDFAST_CA_FILE: file('ca.crt'),
    HOLDFAST_CERT_FILE: file('orders.crt'),
    HOLDFAST_KEY_FILE: file('orders.key'),
  };
  const close = async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  };
  return { config, taken, close };
}

/** Traces one span with everything on it, and ends: what waited is sent. */
async function traceOnce(config: Parameters<typeof traceProcess>[0], log: Log = silentLog) {
  const tracing = traceProcess(config, log);
  const tracer = trace.getTracer('test');
  const before = tracer.startSpan('before').spanContext();
  const attributes = { 'saga.step': 'pay', 'saga.attempt': 2, memo: 'SECRET' };
  const span = tracer.startSpan('RunActivity', { attributes, links: [{ context: before }] });
  span.setStatus({ code: 2, message: 'SECRET' });
  span.end();
  await tracing.stop();
  return { before, ...span.spanContext() };
}

describe('a collector of traces', () => {
  test('is sent spans as OTLP in JSON, over mutual TLS, with allowed attributes alone', async () => {
    const { config, taken, close } = await collector(collectorName);
    const { traceId, spanId, before } = await traceOnce(config);
    await close();
    expect(taken).toHaveLength(1);
    expect(taken[0]).toMatchObject({ url: '/v1/traces', type: 'application/json', by: 'orders' });
    const body = JSON.parse(String(taken[0]?.body)) as Record<string, unknown>;
    const string = (key: string, stringValue: string) => ({ key, value: { stringValue } });
    expect(body.resourceSpans).toMatchObject([
      {
        resource: {
          attributes: expect.arrayContaining([string('service.name', 'orders')]) as unknown,
        },
        scopeSpans: [{ scope: { name: 'test' }, spans: [{}] }],
      },
    ]);
    const [{ scopeSpans }] = body.resourceSpans as [{ scopeSpans: [{ spans: [object] }] }];
    const [span] = scopeSpans[0].spans;
    expect(span).toEqual({
      ...{ traceId, spanId, name: 'RunActivity', kind: 1 },
      startTimeUnixNano: expect.stringMatching(/^\d{19}$/) as unknown,
      endTimeUnixNano: expect.stringMatching(/^\d{19}$/) as unknown,
      attributes: [string('saga.step', 'pay'), { key: 'saga.attempt', value: { intValue: '2' } }],
      links: [{ traceId: before.traceId, spanId: before.spanId }],
      status: { code: 2 },
    });
    expect(taken[0]?.body).not.toContain('SECRET');
  });

  test('with another identity is sent nothing, and the log says so once', async () => {
    const { config, taken, close } = await collector('payments');
    const warned: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void warned.push(message) };
    await traceOnce(config, log);
    await close();
    expect([taken, warned]).toEqual([[], ['the collector does not take traces']]);
  });

  test('that takes nothing ends no process: spans are dropped and the log says so once', async () => {
    const { config, taken, close } = await collector(collectorName, 503);
    const warned: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void warned.push(message) };
    await traceOnce(config, log);
    await close();
    expect([taken.length, warned]).toEqual([1, ['the collector does not take traces']]);
  });
});
