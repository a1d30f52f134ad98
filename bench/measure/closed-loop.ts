import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from './numbers';

/** How long callers call, in milliseconds. */
export interface LoopTimes {
  /** Before anything is measured: connections open, queues fill. */
  readonly leadInMs: number;
  /** At the least: a window that would end with few answers goes on. */
  readonly windowMs: number;
}

/** What callers saw within the window. */
export interface LoopResult<Mark> {
  /** Of the window as it was, milliseconds. */
  readonly windowMs: number;
  /** Ended within the window. */
  readonly ended: number;
  /** Asked for in all, with lead-in and what was on its way at the end. */
  readonly asked: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Sentences about what did not end as it should; at most ten. */
  readonly problems: readonly string[];
  readonly before: Mark;
  readonly after: Mark;
}

const problemsMax = 10;

/** A window goes on until so many have ended, and lasts so many times its length at most. */
const [endedMin, windowsMax] = [20, 6];

/**
 * So many callers, each asking again as soon as it was answered. `mark` is called at both ends of the window, for what
 * is to be compared over it. Resolves when everything that was asked for has been answered.
 */
export async function closedLoop<Mark>(
  callers: number,
  { leadInMs, windowMs }: LoopTimes,
  { ask, mark }: { readonly ask: () => Promise<void>; readonly mark: () => Mark },
): Promise<LoopResult<Mark>> {
  const latencies: number[] = [];
  const problems: string[] = [];
  const over = new AbortController();
  let measuring = false;
  let asked = 0;
  const call = async (): Promise<void> => {
    while (!over.signal.aborted && problems.length < problemsMax) {
      const since = performance.now();
      asked += 1;
      await ask().catch((error: unknown) => problems.push(String(error)));
      if (measuring) latencies.push(performance.now() - since);
    }
  };
  const calling = Promise.all(Array.from({ length: callers }, call));
  const pause = pausesWhile(calling);
  await pause(leadInMs);
  const [before, since] = [mark(), performance.now()];
  measuring = true;
  const endMs = since + windowMs * windowsMax;
  await pause(windowMs);
  while (
    latencies.length < endedMin &&
    performance.now() < endMs &&
    problems.length < problemsMax
  ) {
    await pause(windowMs / 10);
  }
  measuring = false;
  const [after, untilMs] = [mark(), performance.now()];
  over.abort();
  await calling;
  return {
    ...{ windowMs: untilMs - since, ended: latencies.length, asked, problems, before, after },
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

/** Pauses that end when the callers have given up. */
function pausesWhile(calling: Promise<unknown>): (ms: number) => Promise<void> {
  const over = new AbortController();
  void calling.then(() => over.abort());
  return (ms) => delay(ms, undefined, { signal: over.signal }).catch(() => undefined);
}
