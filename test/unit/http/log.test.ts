import { createLog, scrub } from '../../../platform/runtime/log';

function written(message: string, data: object): Record<string, unknown> {
  const lines: string[] = [];
  const config = { HOLDFAST_NAME: 'orders', HOLDFAST_LOG_LEVEL: 'info' } as const;
  const log = createLog(config, { write: (line) => void lines.push(line) });
  log.info(message, data);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] as string) as Record<string, unknown>;
}

describe('a log line', () => {
  test('is one JSON object with the fields of the list', () => {
    expect(written('stepped', { sagaId: 's/1', attempt: 2 })).toMatchObject({
      level: 'info',
      process: 'orders',
      msg: 'stepped',
      sagaId: 's/1',
      attempt: 2,
    });
  });

  test('drops what is not on the list, and objects even where the name is', () => {
    const line = written('x', { card: '4111111111111111', saga: { token: 'canary' } });
    expect(JSON.stringify(line)).not.toMatch(/4111|canary/);
  });

  test('keeps of an error its code and texts, without secrets or its own members', () => {
    const cause = Object.assign(new Error('redis://u:canary@h failed, password=canary'), {
      code: 'E1',
      config: { headers: { authorization: 'Bearer canary-canary' } },
    });
    const line = written('x', { error: cause });
    expect(line.error).toMatchObject({ name: 'Error', code: 'E1' });
    expect(JSON.stringify(line)).not.toContain('canary');
  });

  test('stays one line whatever a caller sends', () => {
    expect(written('a\nb\u001b[31m', { reason: 'x\r\n{"level":"error"}' }).msg).toContain('a\nb');
  });

  test.each([
    ['Bearer abcdefgh12345', 'Bearer [removed]'],
    ['postgres://me:pw@host/db', 'postgres://[removed]@host/db'],
    ['token: eyJhbGciOi.eyJzdWIiOiIx.c2ln', 'token: [removed]'],
    ['client_secret=abc&x=1', 'client_secret=[removed]&x=1'],
  ])('%s is written as %s', (text, expected) => {
    expect(scrub(text)).toBe(expected);
  });
});
