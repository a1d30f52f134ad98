import { keysCommand } from '../../../cli/keys/command';

test.each([
  ['letters', 'copies of dead letters in the event log'],
  ['events.orders', 'what is sealed'],
  ['temporal', 'what is sealed'],
])('a key is never retired whose uses nobody counts: %s', async (purpose, uncounted) => {
  const words = ['retire', purpose, 'a-key', '--reason', 'unused', '--state', 'there-is-none'];
  await expect(keysCommand().parseAsync(words, { from: 'user' })).rejects.toMatchObject({
    ...{ code: 'USES_UNKNOWN', message: expect.stringContaining(uncounted) as string },
  });
});
