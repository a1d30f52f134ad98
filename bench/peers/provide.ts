import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { fromCache } from '../../stack/cache/cache';
import { runTool } from '../../stack/cache/tool';

const source = path.join(projectRoot, 'bench', 'peers');
const lock = path.join(source, 'package-lock.json');

/** Folder that the locked packages of other engines are installed in; fetched when it is not there yet. */
export function providePeers(note: (text: string) => void): Promise<string> {
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex').slice(0, 12);
  return fromCache({
    key: `bench-peers-${hash}`,
    async build(directory) {
      for (const name of ['package.json', 'package-lock.json']) {
        copyFileSync(path.join(source, name), path.join(directory, name));
      }
      const fix = 'look whether npm reaches its registry, or leave the peers out with --only';
      const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
      await runTool('npm', args, { cwd: directory, subject: 'peers', fix });
    },
    async verify(directory) {
      if (existsSync(restateBinary(directory))) return hash;
      throw new Error(`${restateBinary(directory)} is not there: no such build for this machine`);
    },
    onMiss: () => note('installing the other engines into the cache'),
  });
}

/** The server of Restate, as its package brings it. */
export function restateBinary(folder: string): string {
  const build = `restate-server-${process.platform}-${process.arch}`;
  return path.join(folder, 'node_modules', '@restatedev', build, 'bin', 'restate-server');
}

/** Loads a package out of that folder; what it exports is for the caller to know. */
export function loadPeer<Exports>(folder: string, name: string): Exports {
  return createRequire(path.join(folder, 'package.json'))(name) as Exports;
}
