import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import type { SpanContext } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/** Bytes after which a file of spans is put aside; of those put aside the last one is kept. */
export const traceFileBytesMax = 16 * 1024 * 1024;

/** A span as a line of a trace file has it; times in nanoseconds since 1970 as text. */
export interface SpanLine {
  readonly service: string;
  readonly name: string;
  /** As OpenTelemetry numbers them: 0 internal, 1 server, 2 client, 3 producer, 4 consumer. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly start: string;
  readonly end: string;
  /** 0 not told, 1 well, 2 failed. */
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What it is about without being a part of it. */
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** The file of one process: where a folder is told, one of its name in that folder. */
export function traceFileOf(told: string, serviceName: string): string {
  return told.endsWith('/') ? path.join(told, `${serviceName}.jsonl`) : told;
}

/**
 * Appends spans to a file, one JSON object a line. A file that is full becomes `<file>.1`, in the place of the one that
 * was put aside before: what is kept of a process has a bound.
 */
export class FileSpanExporter implements SpanExporter {
  private bytes: number | undefined;

  constructor(
    private readonly file: string,
    private readonly serviceName: string,
    private readonly bytesMax: number = traceFileBytesMax,
  ) {}

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    try {
      this.append(spans.map((span) => `${this.lineOf(span)}\n`).join(''));
      done({ code: 0 });
    } catch (error) {
      done({ code: 1, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  async shutdown(): Promise<void> {}

  private append(lines: string): void {
    if (this.bytes === undefined) mkdirSync(path.dirname(this.file), { recursive: true });
    this.bytes ??= sizeOf(this.file);
    // Another process of this name may have put it aside meanwhile: what counts is the file that is there.
    if (this.bytes >= this.bytesMax) this.bytes = sizeOf(this.file);
    if (this.bytes >= this.bytesMax) {
      renameSync(this.file, `${this.file}.1`);
      this.bytes = 0;
    }
    appendFileSync(this.file, lines);
    this.bytes += Buffer.byteLength(lines);
  }

  private lineOf(span: ReadableSpan): string {
    const { traceId, spanId } = span.spanContext();
    const { name, kind, status, attributes, links, startTime, endTime } = span;
    const line: SpanLine = {
      service: this.serviceName,
      ...{ name, kind, traceId, spanId },
      parentSpanId: span.parentSpanContext?.spanId ?? null,
      start: nanoseconds(startTime),
      end: nanoseconds(endTime),
      status: status.code,
      attributes,
      ...(links.length === 0 ? {} : { links: links.map(({ context }) => idsOf(context)) }),
    };
    return JSON.stringify(line);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function idsOf({ traceId, spanId }: SpanContext): { traceId: string; spanId: string } {
  return { traceId, spanId };
}

/** Time of a span as nanoseconds since 1970, decimal text. */
export function nanoseconds([seconds, rest]: readonly [number, number]): string {
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(rest));
}
