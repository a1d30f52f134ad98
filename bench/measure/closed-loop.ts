import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from './numbers';

/** How long callers call, in milliseconds. */
export interface LoopTimes {
  /** Before anything is measured, at the least: connections open, queues fill, every caller is answered once. */
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

/** Lead-in and window go on until this many have ended, or every caller was answered; but for so long at most. */
const endedMin = 20;
const goesOnMsMax = 30_000;

/** Whoever was not answered for so long is told of as a problem, and asks again. */
const answerMsMax = 120_000;

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
  let [asked, answered] = [0, 0];
  const call = async (): Promise<void> => {
    while (!over.signal.aborted && problems.length < problemsMax) {
      const since = performance.now();
      asked += 1;
      await inTime(ask()).catch((error: unknown) => problems.push(String(error)));
      answered += 1;
      if (measuring) latencies.push(performance.now() - since);
    }
  };
  const calling = Promise.all(Array.from({ length: callers }, call));
  const pause = pausesWhile(calling);
  /** For `ms`, and then until enough was answered since. */
  const pauseFor = async (ms: number, enough: () => boolean): Promise<void> => {
    const untilMs = performance.now() + goesOnMsMax;
    await pause(ms);
    while (!enough() && performance.now() < untilMs && problems.length < problemsMax) {
      await pause(ms / 10);
    }
  };
  await pauseFor(leadInMs, () => leadInMs === 0 || answered >= callers);
  const [before, since] = [mark(), performance.now()];
  measuring = true;
  await pauseFor(windowMs, () => latencies.length >= Math.max(endedMin, callers));
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

async function inTime(answer: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in two minutes')), answerMsMax);
  });
  await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
