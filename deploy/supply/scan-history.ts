import { execFileSync, spawnSync } from 'node:child_process';
import { projectRoot } from '../../platform/runtime/paths';
import { secretsIn } from './secrets';

const outputBytesMax = 512 * 1024 * 1024;
const blobBytesMax = 4 * 1024 * 1024;

const git = (args: readonly string[], input = ''): Buffer => {
  const { status, stdout, stderr } = spawnSync('git', args, {
    ...{ cwd: projectRoot, input, maxBuffer: outputBytesMax },
  });
  if (status === 0) return stdout;
  throw new Error(`git ${args[0]} failed: ${stderr.toString().trim()}`);
};

/** Every version of every file that any commit has, by its id, with one path it had. */
function blobs(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const listed = git(['rev-list', '--objects', '--all']).toString();
  for (const line of listed.split('\n')) {
    const [id = '', ...rest] = line.split(' ');
    if (rest.length > 0) found.set(id, rest.join(' '));
  }
  const checked = git(['cat-file', '--batch-check'], [...found.keys()].join('\n')).toString();
  for (const line of checked.split('\n')) {
    const [id = '', kind, bytes] = line.split(' ');
    if (kind !== 'blob' || Number(bytes) > blobBytesMax) found.delete(id);
  }
  return found;
}

/** Reads many blobs by one git; binary ones are left out. */
function* texts(ids: readonly string[]): Generator<readonly [string, string]> {
  const all = git(['cat-file', '--batch'], ids.join('\n'));
  for (let at = 0; at < all.length;) {
    const end = all.indexOf(10, at);
    const [id = '', , bytes] = all.toString('latin1', at, end).split(' ');
    const content = all.subarray(end + 1, end + 1 + Number(bytes));
    at = end + 1 + Number(bytes) + 1;
    if (!content.includes(0)) yield [id, content.toString('utf8')];
  }
}

const idsAtOnce = 500;

/** `npm run secrets:history`: looks for secrets in every version of every file. 0 none, 1 some, 2 no history here. */
function main(): number {
  try {
    execFileSync('git', ['rev-parse', '--git-dir'], { cwd: projectRoot, stdio: 'ignore' });
  } catch {
    process.stderr.write('this is no checkout with a history; run it in a git clone\n');
    return 2;
  }
  if (git(['rev-parse', '--is-shallow-repository']).toString().trim() === 'true') {
    process.stderr.write(
      'this clone has a part of the history only; next: git fetch --unshallow\n',
    );
    return 2;
  }
  const paths = blobs();
  const ids = [...paths.keys()];
  let found = 0;
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    for (const [id, text] of texts(ids.slice(from, from + idsAtOnce))) {
      for (const { kind, line } of secretsIn(text)) {
        found += 1;
        process.stderr.write(`${kind} in ${paths.get(id)} line ${line}, version ${id}\n`);
      }
    }
  }
  process.stderr.write(`${ids.length} versions of files, ${found} places look like secrets\n`);
  return found === 0 ? 0 : 1;
}

process.exitCode = main();
