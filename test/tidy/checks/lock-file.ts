interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

/** Packages with an install script, which is not run (`ignore-scripts`), and what that costs. */
export const scriptsNotRun: Readonly<Record<string, string>> = {
  '@parcel/watcher': 'nothing: it comes with binaries, and would build one where they do not fit',
  '@scarf/scarf': 'nothing: it tells its maker who installs',
  '@swc/core': 'nothing: it only looks whether its binary package is there',
  esbuild: 'nothing: it only looks whether its binary package is there',
  protobufjs: 'nothing: it prints a warning about versions',
  'unrs-resolver': 'nothing: it only looks whether its binary package is there',
};

function problemsOf(name: string, entry: LockEntry): readonly string[] {
  const { version = '', integrity = '', resolved, link = false, hasInstallScript = false } = entry;
  const script = hasInstallScript && !(name in scriptsNotRun);
  const problems: readonly (readonly [boolean, string])[] = [
    [link, 'is a folder of this machine'],
    [!/^\d+\.\d+\.\d+/.test(version), 'has no version of a registry'],
    [!integrity.startsWith('sha512-'), 'has no hash'],
    [resolved !== undefined, 'has an address'],
    [script, 'has an install script that nobody looked at'],
  ];
  return problems.filter(([broken]) => broken).map(([, problem]) => `${name} ${problem}`);
}

/** The discipline of a lock file: version 3, a hash for every package, no addresses, no scripts unseen. */
export function checkLock(text: string): readonly string[] {
  const { lockfileVersion, packages = {} } = JSON.parse(text) as {
    readonly lockfileVersion?: number;
    readonly packages?: Readonly<Record<string, LockEntry>>;
  };
  const others = Object.entries(packages).filter(([place]) => place !== '');
  return [
    ...(lockfileVersion === 3 ? [] : [`version ${lockfileVersion} of the lock file, not 3`]),
    ...others.flatMap(([place, entry]) =>
      problemsOf(place.replace(/^.*node_modules\//, ''), entry),
    ),
  ];
}
