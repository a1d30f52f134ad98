import type { SagaEngine } from '../../../gateway/sagas/engine';
import { endingWaits } from '../../../gateway/sagas/waiting';

type Waiting = Pick<SagaEngine, 'ended'>;
const never: Waiting = { ended: () => new Promise<boolean>(() => undefined) };
const well: Waiting = { ended: async () => true };
const away: Waiting = { ended: () => Promise.reject(new Error('away')) };

test('who waits for the end of a saga is answered when the gateway begins to stop, and afterwards at once', async () => {
  const stopping = new AbortController();
  const engine = endingWaits(never, stopping.signal);
  const waiting = engine.ended('a', 10_000);
  stopping.abort();
  const answers = Promise.all([waiting, engine.ended('b', 10_000)]);
  const later = new Promise((resolve) => setImmediate(() => resolve('still waiting')));
  expect(await Promise.race([answers, later])).toEqual([false, false]);
});

test('until then a wait ends as the saga does', async () => {
  const { signal } = new AbortController();
  const ended = endingWaits(well, signal).ended('a', 10_000);
  await expect(ended).resolves.toBe(true);
  await expect(endingWaits(away, signal).ended('a', 10_000)).rejects.toThrow('away');
});
