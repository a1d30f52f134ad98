import { createServer } from 'node:http';
import { duplexPair } from 'node:stream';
import type { Express } from 'express';

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body parsed as JSON. */
  json(): Record<string, unknown>;
}

export interface WireRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is; objects as JSON. */
  readonly body?: unknown;
}

function wireOf(request: WireRequest): string {
  const { body } = request;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const headers: Record<string, string> = {
    host: 'holdfast.test',
    connection: 'close',
    ...(text === '' ? {} : { 'content-type': 'application/json' }),
    ...(text === '' ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
    ...request.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${request.method ?? 'GET'} ${request.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${text}`;
}

function unchunk(text: string): string {
  let rest = text;
  let whole = '';
  for (;;) {
    const [size = ''] = rest.split('\r\n', 1);
    const length = Number.parseInt(size, 16);
    if (!(length > 0)) return whole;
    whole += rest.slice(size.length + 2, size.length + 2 + length);
    rest = rest.slice(size.length + 4 + length);
  }
}

function parse(wire: string): WireAnswer {
  const end = wire.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = wire.slice(0, end).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).toLowerCase();
    const value = line.slice(at + 1).trim();
    // Of a repeated header every value, one a line; there is more than one cookie to set.
    headers[name] = headers[name] === undefined ? value : `${headers[name]}\n${value}`;
  }
  const raw = wire.slice(end + 4);
  const text = headers['transfer-encoding'] === 'chunked' ? unchunk(raw) : raw;
  const json = (): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
  return { status: Number(statusLine.split(' ')[1]), headers, text, json };
}

/** Sends one request through Node's real HTTP parser into an app, over a pair of streams instead of a network. */
export async function ask(app: Express, request: WireRequest): Promise<WireAnswer> {
  const server = createServer(app);
  const [client, connection] = duplexPair();
  server.emit('connection', connection);
  const chunks: Buffer[] = [];
  client.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  client.write(wireOf(request));
  await ended;
  server.close();
  return parse(Buffer.concat(chunks).toString('utf8'));
}
