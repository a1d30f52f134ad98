import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { ReplayWorkerOptions, WorkerPlugin } from '@temporalio/worker';
import { startTracing } from '../../platform/runtime/tracing';
import { readHistories } from './corpus/histories';

/** Lets the bundle's spans out of a replay too: what would show were they made again. */
const outOfReplays: WorkerPlugin = {
  name: 'spans out of replays',
  configureReplayWorker: (options: ReplayWorkerOptions) => {
    const { exporter } = options.sinks as unknown as Record<'exporter', { export: object }>;
    const sinks = { exporter: { export: { ...exporter.export, callDuringReplay: true } } };
    return { ...options, sinks } as unknown as ReplayWorkerOptions;
  },
};

/** Replays what was recorded of the shipped sagas, and answers the spans that came out. */
async function spansOfReplays(plugins: readonly WorkerPlugin[]): Promise<readonly string[]> {
  const bundle = process.env.HOLDFAST_WORKFLOW_BUNDLE;
  if (!bundle) throw new Error('HOLDFAST_WORKFLOW_BUNDLE is not set');
  const spans: string[] = [];
  const collector: SpanExporter = {
    export: (batch: ReadableSpan[], done) => {
      spans.push(...batch.map(({ name }) => name));
      done({ code: 0 });
    },
    shutdown: async () => undefined,
  };
  const tracing = startTracing({ serviceName: 'replay', register: false, collector });
  const histories = readHistories().filter(({ sagas }) => sagas === 'shipped');
  const replayed = Worker.runReplayHistories(
    { workflowBundle: { codePath: bundle }, plugins: [tracing.plugin, ...plugins] },
    histories,
  );
  let count = 0;
  for await (const { error } of replayed) {
    expect(error).toBeUndefined();
    count += 1;
  }
  expect(count).toBe(histories.length);
  // What a batch still holds is sent at the end.
  await tracing.stop();
  return spans;
}

describe('the spans of a saga', () => {
  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  it('are not made again when its history is replayed', async () => {
    expect(await spansOfReplays([])).toEqual([]);
  });

  it('would be, were they let out of replays', async () => {
    const spans = await spansOfReplays([outOfReplays]);
    expect(spans).toContain('RunWorkflow:place-order');
    expect(spans).toContain('StartActivity:payments.capture');
  });
});
