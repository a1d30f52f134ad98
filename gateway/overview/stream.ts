import type { StreamSink } from '../../platform/http/event-stream';
import { isProblem } from '../../platform/http/problem';
import { contentOf, overviewLimits } from './overview';
import type { Overview } from './overview';

export interface OverviewStream {
  readonly look: () => Promise<Overview>;
  /** Aborted when the stream ends for another reason than that nobody is there: the token, or this process. */
  readonly ends: AbortSignal;
  readonly everyMs?: number;
}

/** Sends an overview at first and whenever it is another one; while there is none to be had, it is asked again. */
export async function streamOverview(sink: StreamSink, parts: OverviewStream): Promise<void> {
  const { look, ends, everyMs = overviewLimits.everyMs } = parts;
  const signals = [sink.closed, ends];
  const isOver = () => signals.some(({ aborted }) => aborted);
  for (let last = ''; !isOver(); await pause(everyMs, signals)) {
    const found = await look().catch((error: unknown) => {
      if (!isProblem(error)) throw error;
      return undefined;
    });
    const content = found === undefined ? last : contentOf(found);
    if (content !== last && !isOver()) sink.send({ event: 'overview', data: found });
    last = content;
  }
}

/** Until the time is over, or one of the signals comes. */
async function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(end, ms).unref();
    function end(): void {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', end);
      resolve();
    }
    for (const signal of signals) signal.addEventListener('abort', end, { once: true });
  });
}
