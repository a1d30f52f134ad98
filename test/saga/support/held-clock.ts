import type { Connection } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';

/** What of a test server moves its clock. */
type Clock = Pick<
  NonNullable<Connection['testService']>,
  'unlockTimeSkipping' | 'lockTimeSkipping' | 'unlockTimeSkippingWithSleep' | 'getCurrentTime'
>;

/**
 * Lets go of a clock that the test server holds for good. It counts who holds its time, and loses count now and then
 * when an activity times out, or its saga ends, while the other is still under way (temporalio/sdk-java, issues 1138
 * and 2246): from then on a wait of fifteen minutes takes fifteen minutes, and a test hangs that has nothing to do
 * with it. Here whoever waits for skipped time is counted; when somebody has waited for `patienceMs` and all that
 * while the server's clock went no faster than ours, it is told once more to let go. An attempt that is really under
 * way holds the clock for ten seconds at most.
 */
export function letGoOfHeldClock(env: TestWorkflowEnvironment, patienceMs = 40_000): void {
  const { testService: clock } = env.connection;
  if (!clock) throw new Error('the test server offers no clock');
  const look = countWaits(clock, patienceMs);
  // An unlock that was one too many is refused and changes nothing; a server that stops answers no longer.
  const timer = setInterval(() => void look().catch(() => undefined), patienceMs / 10);
  timer.unref();
  const teardown = env.teardown.bind(env);
  env.teardown = () => {
    clearInterval(timer);
    return teardown();
  };
}

function countWaits(clock: Clock, patienceMs: number): () => Promise<void> {
  const { unlockTimeSkipping, lockTimeSkipping, unlockTimeSkippingWithSleep } = clock;
  let waiting = 0;
  let stood: { readonly atMs: number; readonly serverMs: number } | undefined;
  const waits = (more: number) => {
    waiting += more;
    stood = undefined;
  };
  clock.unlockTimeSkipping = ((request: object) => {
    waits(1);
    return unlockTimeSkipping.call(clock, request);
  }) as Clock['unlockTimeSkipping'];
  clock.lockTimeSkipping = ((request: object) => {
    waits(-1);
    return lockTimeSkipping.call(clock, request);
  }) as Clock['lockTimeSkipping'];
  clock.unlockTimeSkippingWithSleep = ((request: object) => {
    waits(1);
    return unlockTimeSkippingWithSleep.call(clock, request).finally(() => waits(-1));
  }) as Clock['unlockTimeSkippingWithSleep'];

  return async () => {
    if (waiting <= 0) return;
    const { time } = await clock.getCurrentTime({});
    const now = { atMs: Date.now(), serverMs: Number(time?.seconds ?? 0) * 1000 };
    stood ??= now;
    const passedMs = now.atMs - stood.atMs;
    const skippedMs = now.serverMs - stood.serverMs - passedMs;
    if (skippedMs > 2000) stood = now;
    else if (passedMs >= patienceMs) {
      stood = now;
      process.stderr.write('the test server held its clock; it is told to let go\n');
      await unlockTimeSkipping.call(clock, {});
    }
  };
}
