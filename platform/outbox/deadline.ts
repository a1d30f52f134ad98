import { Fault } from '../kernel/faults';

/**
 * Waits for `answer` until `deadlineMs`, a time of `performance.now()`, and then throws `STORE_UNAVAILABLE`. The answer
 * may still come: whoever gave up must not count on either outcome, and must not send anything after it.
 */
export async function beforeDeadline<Result>(
  answer: Promise<Result>,
  deadlineMs: number,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const leftMs = Math.max(0, deadlineMs - performance.now());
  const expired = new Promise<never>((_resolve, reject) => {
    const late = () =>
      reject(new Fault('STORE_UNAVAILABLE', 'the database did not answer in time'));
    timer = setTimeout(late, leftMs);
  });
  answer.catch(() => undefined); // it is awaited below; after the deadline nobody wants its error
  try {
    return await Promise.race([answer, expired]);
  } finally {
    clearTimeout(timer);
  }
}
