import { createServer } from 'node:http';
import { failureOf } from '../../../cli/sagas/failure';
import { sagasCommand } from '../../../cli/sagas/command';
import { table } from '../../../cli/sagas/print';
import { verbs } from '../../../platform/saga/verbs';

const answer = (status: number, body: Record<string, unknown>) => ({
  ...{ status, body, location: null, replayed: false, cache: null, retryAfter: null },
});

describe('what a script sees of a problem', () => {
  test.each([
    [404, 3],
    [400, 4],
    [403, 4],
    [409, 4],
    [422, 4],
    [401, 1],
    [429, 1],
    [500, 1],
    [503, 1],
  ])('status %d ends with exit code %d', (status, exitCode) => {
    expect(failureOf(answer(status, { code: 'X', detail: 'y' })).exitCode).toBe(exitCode);
  });

  test('the code, what was said, and the next step apart from it', () => {
    const detail = 'retry is not possible; next: look at the saga again';
    expect(failureOf(answer(409, { code: 'NOT_PARKED', detail }))).toMatchObject({
      ...{ code: 'NOT_PARKED', message: 'retry is not possible', fix: 'look at the saga again' },
    });
    const errors = [{ pointer: '/reason', detail: 'too short' }];
    expect(
      failureOf(answer(400, { code: 'BODY_INVALID', detail: 'no', errors })).message,
    ).toContain('/reason: too short');
  });
});

describe('a table', () => {
  const written = (isTerminal: boolean) => {
    let text = '';
    const out = { isTerminal, write: (more: string) => void (text += more) };
    table(
      out,
      ['ID', 'STATE'],
      [
        ['a', 'parked'],
        ['longer', undefined],
      ],
    );
    return text;
  };
  test('has a heading and columns on a terminal', () => {
    expect(written(true)).toBe('ID      STATE\na       parked\nlonger\n');
  });
  test('has a line with tabs per row in a pipe', () => {
    expect(written(false)).toBe('a\tparked\nlonger\t\n');
  });
});

describe('the command line', () => {
  const names = sagasCommand().commands.map((command) => command.name());

  test('has a command for every verb, and those that look', () => {
    expect(names).toEqual(expect.arrayContaining([...verbs]));
    expect(names).toEqual(
      expect.arrayContaining([
        'list',
        'show',
        'watch',
        'explain',
        'bulk',
        'types',
        'stop',
        'resume',
      ]),
    );
  });

  test.each(sagasCommand().commands.map((command) => [command.name(), command] as const))(
    '%s says what it is for, how, and with --json',
    (_name, command) => {
      let help = '';
      command.configureOutput({ writeOut: (text) => void (help += text) });
      command.outputHelp();
      expect(help).toContain('--json');
      expect(command.description()).toMatch(/\.$/);
      if (command.name() !== 'types') expect(help).toContain(`holdfast sagas ${command.name()}`);
    },
  );

  const parse = (...words: string[]) => {
    const command = sagasCommand();
    for (const each of [command, ...command.commands]) {
      each.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    }
    return command.parseAsync(words, { from: 'user' });
  };

  test('asks for a reason, and for JSON where JSON is meant', async () => {
    await expect(parse('retry', 'x')).rejects.toMatchObject({
      code: 'commander.missingMandatoryOptionValue',
    });
    await expect(
      parse('retry-with-input', 'x', '--reason', 'y', '--input', '{oops'),
    ).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });

  test('says what to do where there is no stack, and where nobody is logged in', async () => {
    await expect(parse('list', '--stack', '/nowhere')).rejects.toMatchObject({
      ...{
        code: 'STACK_UNKNOWN',
        exitCode: 1,
        fix: expect.stringContaining('npm start') as string,
      },
    });
    const ca = ['--ca', __filename, '--url', 'https://localhost:1'];
    const { HOLDFAST_TOKEN: before } = process.env;
    delete process.env.HOLDFAST_TOKEN;
    await expect(parse('types', ...ca)).rejects.toMatchObject({
      code: 'TOKEN_REQUIRED',
      exitCode: 2,
    });
    if (before !== undefined) process.env.HOLDFAST_TOKEN = before;
  });

  test('a gateway that is away is a failure with a next step', async () => {
    const server = createServer().listen(0);
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    process.env.HOLDFAST_TOKEN = 'token';
    const asked = parse('types', '--ca', __filename, '--url', `https://localhost:${port}`);
    await expect(asked).rejects.toMatchObject({ code: 'UNREACHABLE', exitCode: 1 });
    delete process.env.HOLDFAST_TOKEN;
  });
});
