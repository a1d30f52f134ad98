import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { deadlineAfter } from '../../../platform/runtime/deadline';
import { waiter } from '../../../platform/runtime/waiter';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const pause = waiter();

const rounds = 10;
const patienceMs = 10_000;

/** Whether a signal aborts in the end, after everything that nobody holds was collected again and again. */
async function firesAfterAll(signal: AbortSignal): Promise<boolean> {
  for (let round = 0; round < rounds; round += 1) {
    collect();
    await pause.wait(20);
  }
  // A collection of a large heap takes its time on a busy machine: no bound says anything of the timer but a long one.
  const untilMs = performance.now() + patienceMs;
  while (!signal.aborted && performance.now() < untilMs) await pause.wait(20);
  return signal.aborted;
}

describe('a deadline', () => {
  test('fires although nobody holds its timer, beside a signal that stays quiet', async () => {
    const quiet = new AbortController();
    const { signal } = deadlineAfter(200, quiet.signal);
    expect(await firesAfterAll(signal)).toBe(true);
    expect((signal.reason as DOMException).name).toBe('TimeoutError');
  }, 60_000);

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
