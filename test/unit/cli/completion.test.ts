import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { completionScript } from '../../../cli/completion/command';
import { commandNames, program } from '../../../cli/program';
import { provideShell } from '../../support/shells';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-completion-'));
const file = (shell: string): string => path.join(folder, shell);
let zsh: Awaited<ReturnType<typeof provideShell>>;
let fish: Awaited<ReturnType<typeof provideShell>>;

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    writeFileSync(file(shell), completionScript(shell, program(commandNames)));
  }
  [zsh, fish] = await Promise.all([provideShell('zsh'), provideShell('fish')]);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

const run = (binary: string, text: string, args: readonly string[], env = {}): readonly string[] =>
  execFileSync(binary, ['-c', text, binary, ...args], {
    ...{ encoding: 'utf8', cwd: folder },
    env: { ...process.env, HOME: folder, ...env },
  })
    .split('\n')
    .filter((line) => line !== '');

/** Asks each shell for what it would offer for the last of these words, which may be empty. */
const ask: Readonly<Record<string, (...words: string[]) => readonly string[]>> = {
  bash: (...words) =>
    run(
      'bash',
      `source ${file('bash')}; COMP_WORDS=(holdfast "$@"); COMP_CWORD=$#; _holdfast
       printf '%s\\n' "\${COMPREPLY[@]}"`,
      words,
    ),
  // What zsh's own functions would draw as a menu is printed: matching is theirs.
  zsh: (...words) =>
    run(
      zsh.binary,
      `_describe() { print -rl -- "\${(@P)2%%:*}" }; _files() { print -r -- files }
       source ${file('zsh')}; words=(holdfast "$@"); CURRENT=$(( $# + 1 )); _holdfast`,
      words,
      zsh.env,
    ).filter((word) => word === 'files' || word.startsWith(words.at(-1) ?? '')),
  fish: (...words) =>
    run(
      fish.binary,
      `source ${file('fish')}; complete --do-complete "holdfast ${words.join(' ')}"`,
      [],
      fish.env,
    ).map((line) => line.split('\t')[0] ?? ''),
};

describe.each(Object.keys(ask))('in %s', (shell) => {
  const offered = (...words: string[]): readonly string[] =>
    [...(ask[shell]?.(...words) ?? [])].sort();

  it('commands are offered behind the program, and theirs behind a command', () => {
    expect(offered('')).toEqual([...commandNames].sort());
    expect(offered('re')).toEqual(['rebuild', 'replay', 'republish', 'restore']);
    expect(offered('sagas', 'mark')).toEqual(['mark-done-externally']);
    expect(offered('dead-letters', '')).toEqual(['discard', 'edit', 'list', 'retry', 'show']);
  });

  it('options are those of the command that was typed, whatever stands between', () => {
    expect(offered('plan', '--s')).toEqual(['--sagas-per-second', '--steps']);
    expect(offered('sagas', 'show', 'place-order:1', '--js')).toEqual(['--json']);
    expect(offered('sagas', '--sagas')).toEqual([]);
  });

  it('behind an option stand its choices, or whatever a shell offers where there are none', () => {
    expect(offered('plan', '--way', '')).toEqual(['direct', 'queue']);
    expect(offered('plan', '--steps', 're')).not.toContain('rebuild');
  });
});
