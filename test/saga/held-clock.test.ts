import { letGoOfHeldClock } from './support/held-clock';
import { skippingServer } from './support/saga-world';

describe('a test server that holds its clock', () => {
  it('is told to let go, and skips the time it was asked to skip', async () => {
    const env = await skippingServer.open();
    try {
      // What its lost count comes to: one hold more than there is anybody to let go.
      await (env.connection).testService?.lockTimeSkipping({});
      letGoOfHeldClock(env, 1000);
      const before = await env.currentTimeMs();
      await env.sleep('1h');
      expect((await env.currentTimeMs()) - before).toBeGreaterThanOrEqual(3_600_000);
    } finally {
      await env.teardown();
    }
  });
});
