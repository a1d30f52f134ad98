import type { OptionWords, Place } from './words';

/** What follows an option: the words to choose from, or nothing where any word may. */
interface Follower {
  readonly path: string;
  readonly flags: readonly string[];
  readonly choices: readonly string[];
}

function followersIn(places: readonly Place[]): readonly Follower[] {
  return places.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flags, choices }) => ({ path, flags, choices })),
  );
}

const pathsOf = (places: readonly Place[]): readonly string[] =>
  places.map(({ path }) => path).filter((path) => path !== '');

const flagsOf = (options: readonly OptionWords[]): readonly string[] =>
  options.flatMap(({ flags }) => flags);

/** Walks the words before the cursor down to the place they lead to; a word that leads nowhere is an argument. */
const walk = (places: readonly Place[], words: string): string => `
  local at='' word
  for word in ${words}; do
    case "$at $word" in
${pathsOf(places)
  .map((path) => `      '${path}') at='${path}' ;;`)
  .join('\n')}
    esac
  done`;

const followers = (
  places: readonly Place[],
  then: (choices: readonly string[]) => string,
): string =>
  followersIn(places)
    .map(({ path, flags, choices }) => {
      const patterns = flags.map((flag) => `'${path} ${flag}'`).join(' | ');
      return `    ${patterns}) ${then(choices)} ;;`;
    })
    .join('\n');

/** For bash 3.2 and newer. Where nothing is known, bash offers files. */
export function forBash(places: readonly Place[]): string {
  const offered = places.map(({ path, commands, options }) => {
    const names = commands.map(({ name }) => name).join(' ');
    return `    '${path}') commands='${names}' options='${flagsOf(options).join(' ')}' ;;`;
  });
  return `# bash completion of holdfast: source <(holdfast completion bash)
_holdfast() {
  local current=\${COMP_WORDS[COMP_CWORD]} commands='' options=''
  COMPREPLY=()${walk(places, '"${COMP_WORDS[@]:1:COMP_CWORD-1}"')}
  case "$at \${COMP_WORDS[COMP_CWORD-1]}" in
${followers(places, (choices) =>
  choices.length === 0
    ? 'return'
    : `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$current")); return`,
)}
  esac
  case "$at" in
${offered.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$commands" -- "$current")) ;;
  esac
}
complete -o default -F _holdfast holdfast
`;
}

/** For zsh, with a line about each word. */
export function forZsh(places: readonly Place[]): string {
  const list = (words: readonly (readonly [string, string])[]): string =>
    words.map(([word, about]) => `'${word}:${about}'`).join(' ');
  const offered = places.map(({ path, commands, options }) => {
    const names = list(commands.map(({ name, about }) => [name, about]));
    const flags = list(
      options.flatMap((one) => one.flags.map((flag) => [flag, one.about] as const)),
    );
    return `    '${path}') commands=(${names}); options=(${flags}) ;;`;
  });
  return `#compdef holdfast
# zsh completion of holdfast: source <(holdfast completion zsh)
_holdfast() {
  local -a commands options choices${walk(places, '${words[2,CURRENT-1]}')}
  case "$at \${words[CURRENT-1]}" in
${followers(places, (choices) =>
  choices.length === 0
    ? '_files; return'
    : `choices=(${choices.map((one) => `'${one}'`).join(' ')}); _describe choice choices; return`,
)}
  esac
  case "$at" in
${offered.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    _describe option options
  elif (( \${#commands} )); then
    _describe command commands
  else
    _files
  fi
}
whence compdef > /dev/null && compdef _holdfast holdfast
`;
}

/** For fish, with a line about each word. */
export function forFish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, options }) => {
    const here = `-n '__holdfast_at "${path}"'`;
    const named = commands.map(
      ({ name, about }) => `complete -c holdfast -f ${here} -a '${name}' -d '${about}'`,
    );
    const flags = options.map(({ flags: all, about, takesValue, choices }) => {
      const words = all.map((flag) =>
        flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      );
      const value = choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : takesValue ? ' -r' : '';
      return `complete -c holdfast ${here} ${words.join(' ')}${value} -d '${about}'`;
    });
    return [...named, ...flags];
  });
  return `# fish completion of holdfast: holdfast completion fish | source
function __holdfast_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${pathsOf(places)
        .map((path) => `'${path}'`)
        .join(' ')}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}
