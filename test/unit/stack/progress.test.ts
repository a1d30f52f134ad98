import { progressReporter } from '../../../stack/progress';
import type { ProgressEvent } from '../../../stack/progress';
import { fillTemplate } from '../../../stack/template';

const event = (subject: string, phase: ProgressEvent['phase']): ProgressEvent => ({
  subject,
  phase,
  elapsedMs: 1_234,
});

function written(isTTY: boolean, events: ProgressEvent[]): string {
  let text = '';
  const report = progressReporter({ isTTY, write: (more: string) => (text += more) });
  events.forEach(report);
  return text;
}

describe('progress', () => {
  const events = [event('kafka', 'starting'), event('redis', 'ready'), event('kafka', 'ready')];

  test('in a pipe is one plain line an event, with the log of what crashed', () => {
    const crash = { ...event('kafka', 'crashed'), logLines: ['out of memory'] };
    const text = written(false, [...events, crash]);
    expect(text.split('\n')).toHaveLength(6);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('out of memory');
  });

  test('on a terminal is a tree with one line for each server', () => {
    const last = written(true, events).split('\u001b[0J').at(-1) ?? '';
    expect(last.match(/kafka/g)).toHaveLength(1);
    expect(last).toMatch(/kafka\s+ready\s+1\.2 s/);
  });
});

describe('a template', () => {
  test('gets its values, but not in comments', () => {
    const text = '# ${NAME} stays\nname: ${NAME}';
    expect(fillTemplate(text, { NAME: 'x' })).toBe('# ${NAME} stays\nname: x');
  });

  test('that asks for an unknown value is refused by its name', () => {
    expect(() => fillTemplate('a: ${MISSING}', {})).toThrow('MISSING');
  });
});
