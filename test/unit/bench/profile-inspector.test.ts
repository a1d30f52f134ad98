import { asking, ProfileError } from '../../../bench/profile/inspector';

test('an answer goes to whoever asked, whatever was answered before', async () => {
  const sent: string[] = [];
  const { send, heard } = asking((message) => void sent.push(message));
  const [first, second] = [send('Profiler.enable'), send('Profiler.stop', { deep: true })];
  expect(sent.map((message) => JSON.parse(message) as unknown)).toEqual([
    { id: 1, method: 'Profiler.enable', params: {} },
    { id: 2, method: 'Profiler.stop', params: { deep: true } },
  ]);
  heard({ id: 2, result: { profile: 'two' } });
  heard({ id: 1 });
  expect([await first, await second]).toEqual([{}, { profile: 'two' }]);
});

test('a process that ends, or a thread that never answers, is no wait without end', async () => {
  const { send, hungUp } = asking(() => undefined);
  const asked = send('Profiler.stop');
  hungUp();
  await expect(asked).rejects.toEqual(new ProfileError('Profiler.stop: it hung up'));
  const late = asking(() => undefined, 5).send('Profiler.start');
  await expect(late).rejects.toEqual(new ProfileError('Profiler.start: no answer within 0.005 s'));
});
