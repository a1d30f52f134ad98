import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { request } from 'undici';
import type { Config } from '../runtime/config';
import { deadlineAfter } from '../runtime/deadline';
import type { Log } from '../runtime/log';
import { otlpTraces } from '../runtime/otlp';
import { startTracing } from '../runtime/tracing';
import type { Tracing } from '../runtime/tracing';
import { renewedPeerAgent } from '../security/renewal';

/** Identity in the collector's certificate. */
export const collectorName = 'otel-collector';

/** How long a collector has for a batch, milliseconds, and how much of its answer is read at most, bytes. */
const collectorLimits = { timeoutMs: 4_000, answerBytesMax: 64 * 1024 } as const;

type Collected = Pick<
  Config,
  'HOLDFAST_OTLP_URL' | 'HOLDFAST_CA_FILE' | 'HOLDFAST_CERT_FILE' | 'HOLDFAST_KEY_FILE'
>;

/**
 * Sends spans to a collector as OTLP over HTTP, in JSON, over the platform's mutual TLS: a server without the
 * collector's identity is sent nothing. A batch that is not taken is dropped; the first of a row of them is logged.
 */
export function collectorExporter(config: Collected, log: Log): SpanExporter {
  const agent = renewedPeerAgent(config, collectorName);
  const url = new URL('/v1/traces', config.HOLDFAST_OTLP_URL);
  let refused = 0;
  const send = async (body: string): Promise<void> => {
    const late = deadlineAfter(collectorLimits.timeoutMs);
    try {
      const answer = await request(url, {
        dispatcher: agent.current(),
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: late.signal,
      });
      await answer.body.dump({ limit: collectorLimits.answerBytesMax });
      const { statusCode } = answer;
      if (statusCode >= 300) throw new Error(`the collector answers ${statusCode}`);
    } finally {
      late.clear();
    }
  };
  return {
    export(spans, done) {
      send(JSON.stringify(otlpTraces(spans))).then(
        () => {
          refused = 0;
          done({ code: 0 });
        },
        (error: unknown) => {
          refused += 1;
          if (refused === 1) log.warn('the collector does not take traces', { error });
          done({ code: 1, error: error as Error });
        },
      );
    },
    shutdown: () => agent.close(),
  };
}

/** Tracing of this process as its configuration has it: into a file, to a collector, both or neither. */
export function traceProcess(
  config: Collected & Pick<Config, 'HOLDFAST_NAME' | 'HOLDFAST_TRACE_FILE'>,
  log: Log,
): Tracing {
  return startTracing({
    serviceName: config.HOLDFAST_NAME,
    traceFile: config.HOLDFAST_TRACE_FILE,
    collector: config.HOLDFAST_OTLP_URL === '' ? undefined : collectorExporter(config, log),
  });
}
