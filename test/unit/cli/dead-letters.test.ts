import { deadLettersCommand } from '../../../cli/dead-letters/command';

const parse = (...words: string[]) => {
  const command = deadLettersCommand();
  for (const each of [command, ...command.commands]) {
    each.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  }
  return command.parseAsync(words, { from: 'user' });
};

test.each(deadLettersCommand().commands.map((command) => [command.name(), command] as const))(
  '%s says what it is for, how, and with --json',
  (name, command) => {
    let help = '';
    command.configureOutput({ writeOut: (text) => void (help += text) });
    command.outputHelp();
    expect(help).toContain('--json');
    expect(help).toContain(`holdfast dead-letters ${name}`);
    expect(command.description()).toMatch(/\.$/);
  },
);

test('has list, show, retry, edit and discard, and says its exit codes', () => {
  const command = deadLettersCommand();
  expect(command.commands.map((one) => one.name())).toEqual([
    ...['list', 'show', 'retry', 'edit', 'discard'],
  ]);
  let help = '';
  command.configureOutput({ writeOut: (text) => void (help += text) });
  command.outputHelp();
  expect(help).toContain('Exit codes:');
});

test.each([
  [['retry'], 'one letter or one group is needed'],
  [['retry', '1', '--group', 'x'], 'one letter or one group is needed'],
  [['edit', '1', '--reason', 'x'], 'a payload is missing'],
])('%j is wrong usage', async (words, message) => {
  await expect(parse(...words)).rejects.toMatchObject({ exitCode: 2, message });
});

test('an act without a reason is wrong usage, before anything is asked', async () => {
  const place = ['--ca', __filename, '--url', 'https://localhost:1'];
  process.env.HOLDFAST_TOKEN = 'token';
  try {
    for (const words of [
      ['retry', '1'],
      ['discard', '1'],
      ['edit', '1', '--payload', '{}'],
    ]) {
      await expect(parse(...words, ...place)).rejects.toMatchObject({
        ...{ code: 'USAGE', exitCode: 2, fix: 'give --reason, or --dry-run' },
      });
    }
  } finally {
    delete process.env.HOLDFAST_TOKEN;
  }
});
