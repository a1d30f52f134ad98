import { provideDeb } from '../../stack/provision/deb-binary';
import type { FoundTree } from '../../stack/provision/deb-binary';

const shells = {
  zsh: { packages: ['zsh', 'zsh-common'], file: 'bin/zsh', pattern: /^zsh (\d+\.\d+)/ },
  fish: {
    packages: ['fish', 'fish-common', 'libpcre2-32-0'],
    ...{ file: 'usr/bin/fish', pattern: /version (\d+\.\d+)/ },
  },
} as const;

/** A shell of other people, in which our completion is tried: on PATH, or unpacked into the cache. */
export function provideShell(name: keyof typeof shells): Promise<FoundTree> {
  const { packages, file, pattern } = shells[name];
  const candidate = {
    ...{ subject: name, variable: `HOLDFAST_${name.toUpperCase()}`, names: [name] },
    ...{ versionArgs: ['--version'], versionPattern: pattern, atLeast: [3] },
  };
  const note = (text: string): void => void process.stderr.write(`  ${text}\n`);
  return provideDeb(
    { candidate, key: `${name}-1`, packages: { packages: [...packages] }, file },
    note,
  );
}
