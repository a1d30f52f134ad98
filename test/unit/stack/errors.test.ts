import { StackError, diskFullOr } from '../../../stack/errors';
import { lastLines } from '../../../stack/children/log-tail';

describe('a failed server', () => {
  test('is told as one message: code, cause, last lines and fix', () => {
    const error = new StackError({
      code: 'SERVER_CRASHED',
      subject: 'kafka',
      cause: 'it ended with code 1',
      logLines: ['first', 'second'],
      logFile: 'kafka.log',
      fix: 'delete its state',
    });
    expect(error.message.split('\n')).toEqual([
      'SERVER_CRASHED kafka: it ended with code 1',
      '  last lines of kafka.log:',
      '    first',
      '    second',
      '  fix: delete its state',
    ]);
  });

  test.each(['ENOSPC: write', 'No space left on device', 'disk full'])(
    'over a full disk (%s) is told as a full disk',
    (line) => {
      const details = { code: 'SERVER_CRASHED', subject: 'mongodb', cause: 'it ended' } as const;
      const error = diskFullOr({ ...details, logLines: [line], fix: 'try again' });
      expect(error.code).toBe('DISK_FULL');
      expect(error.fix).toContain('free some disk space');
    },
  );

  test('over anything else keeps its code', () => {
    const details = { code: 'PROVISION_FAILED', subject: 'redis', cause: 'no network' } as const;
    expect(diskFullOr({ ...details, fix: 'try again' }).code).toBe('PROVISION_FAILED');
  });
});

test('the last lines of a log are few, plain and short', () => {
  const text = `\u001b[31mred\u001b[0m\n\n${'x'.repeat(500)}\nlast\n`;
  expect(lastLines(text)).toEqual(['red', 'x'.repeat(240), 'last']);
  expect(lastLines('a\nb\nc', 2)).toEqual(['b', 'c']);
});
