import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { deadlineAfter } from '../../../platform/runtime/deadline';
import { waiter } from '../../../platform/runtime/waiter';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const pause = waiter();

/** Milliseconds until a signal aborts, while everything that nobody holds is collected again and again. */
async function abortedAfter(signal: AbortSignal): Promise<number> {
  const sinceMs = performance.now();
  while (!signal.aborted && performance.now() - sinceMs < 3_000) {
    collect();
    await pause.wait(20);
  }
  return performance.now() - sinceMs;
}

describe('a deadline', () => {
  test('fires although nobody holds its timer, beside a signal that stays quiet', async () => {
    const quiet = new AbortController();
    const { signal } = deadlineAfter(200, quiet.signal);
    expect(await abortedAfter(signal)).toBeLessThan(2_000);
    expect((signal.reason as DOMException).name).toBe('TimeoutError');
  });

  test('fires with another signal, at once where that has fired already, and for its reason', async () => {
    const other = new AbortController();
    const { signal, clear } = deadlineAfter(60_000, undefined, other.signal);
    other.abort(new Error('the client has gone'));
    expect(signal.reason).toEqual(new Error('the client has gone'));
    clear();
    const later = deadlineAfter(60_000, other.signal);
    expect(later.signal.aborted).toBe(true);
    later.clear();
  });

  test('does not fire once it is cleared', async () => {
    const other = new AbortController();
    const { signal, clear } = deadlineAfter(30, other.signal);
    clear();
    other.abort();
    await pause.wait(60);
    expect(signal.aborted).toBe(false);
  });
});
