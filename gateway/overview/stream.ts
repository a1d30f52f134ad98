import type { StreamSink } from '../../platform/http/event-stream';
import { isProblem } from '../../platform/http/problem';
import { waiter } from '../../platform/runtime/waiter';
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
  const pause = waiter();
  let isOver = false;
  const end = (): void => {
    isOver = true;
    pause.stop();
  };
  for (const signal of [sink.closed, ends]) {
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
  }
  for (let last = ''; !isOver; await pause.wait(everyMs)) {
    const found = await look().catch((error: unknown) => {
      if (!isProblem(error)) throw error;
      return undefined;
    });
    const content = found === undefined ? last : contentOf(found);
    if (content !== last && !isOver) sink.send({ event: 'overview', data: found });
    last = content;
  }
}
