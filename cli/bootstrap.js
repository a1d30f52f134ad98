#!/usr/bin/env node
'use strict';
/**
 * What a fresh clone runs first: plain JavaScript, nothing but Node itself. It makes sure of dependencies and
 * of the compiled code, and only then hands over, in this very process, to what was asked for.
 *
 *   up [args]        start everything           --verify        the fast checks, timed
 *   --jest [args]    run some tests             --prepare       only make ready
 *   --test [args]    run all tests (or some)
 *   anything else    the `holdfast` command line
 */
const { createHash } = require('node:crypto');
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.dirname(__dirname);
const nodeAtLeast = [20, 19];
const lockStaleMs = 15 * 60_000;

const at = (...parts) => path.join(root, ...parts);
const say = (text) => process.stderr.write(`${text}\n`);
const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;

/** A reason to stop that needs no stack trace. */
class Refusal extends Error {}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > nodeAtLeast[0] || (major === nodeAtLeast[0] && minor >= nodeAtLeast[1])) return;
  throw new Refusal(
    `Holdfast needs Node ${nodeAtLeast.join('.')} or newer, and this is ${process.versions.node}.\n` +
      '  fix: install a current Node (https://nodejs.org), for example with nvm: nvm install 22',
  );
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** One bootstrap at a time per checkout: two compilers or two installs would write over each other. */
async function withLock(work) {
  const key = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const lock = path.join(os.tmpdir(), `holdfast-bootstrap-${os.userInfo().username}-${key}`);
  for (let told = false; !tryLock(lock); told = true) {
    if (!told) say('waiting for another bootstrap of this checkout …');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    return await work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

function tryLock(lock) {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const owner = Number(readJson(lock) ?? 0);
  const ageMs = Date.now() - (fs.statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  // An empty file is one whose owner has not written its pid yet.
  if ((owner > 0 && !isAlive(owner)) || ageMs > lockStaleMs) fs.rmSync(lock, { force: true });
  return false;
}

/** True when every package the lock file asks for is installed in that version; optional ones may be absent. */
function isInstalled() {
  const wanted = readJson(at('package-lock.json'))?.packages ?? {};
  const present = readJson(at('node_modules', '.package-lock.json'))?.packages;
  if (!present) return false;
  return Object.entries(wanted).every(([name, { version, optional, devOptional, peer }]) => {
    if (name === '') return true;
    if (!present[name]) return Boolean(optional || devOptional || peer);
    return present[name].version === version;
  });
}

function lockHash() {
  return createHash('sha256')
    .update(fs.readFileSync(at('package-lock.json')))
    .digest('hex');
}

function npm(args) {
  const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
  const run = spawnSync('npm', [...args, '--no-audit', '--no-fund'], options);
  if (run.error)
    throw new Refusal(`npm could not be run: ${run.error.message}\n  fix: install npm`);
  return { ok: run.status === 0, output: `${run.stdout}${run.stderr}`.trimEnd() };
}

/**
 * `npm ci` refuses a lock file without the optional packages of other systems, which a registry need not carry.
 * `npm install` takes the same locked versions and does without those; it writes nothing back.
 */
function install() {
  if (npm(['ci']).ok) return;
  const { ok, output } = npm(['install', '--no-save']);
  if (ok) return;
  throw new Refusal(`${output}\nnpm could not install the dependencies; its message is above.`);
}

function ensureDependencies() {
  const stamp = at('node_modules', '.holdfast-installed');
  const hash = lockHash();
  const known = fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === hash;
  if (known && fs.existsSync(at('node_modules', '.package-lock.json'))) return;
  if (!isInstalled()) {
    const since = Date.now();
    say('installing dependencies …');
    install();
    say(`dependencies are installed (${seconds(since)})`);
  }
  fs.writeFileSync(stamp, hash);
}

/** Path, size and time of each file below some folders whose name ends in one way, as one fingerprint. */
function fingerprintOf(folders, ending) {
  const hash = createHash('sha256').update(lockHash());
  const add = (file) => {
    const { size, mtimeMs } = fs.statSync(file);
    hash.update(`${path.relative(root, file)} ${size} ${mtimeMs}\n`);
  };
  const walk = (folder) => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(file);
      else if (ending.test(entry.name)) add(file);
    }
  };
  add(at('tsconfig.json'));
  for (const folder of folders) if (fs.existsSync(at(folder))) walk(at(folder));
  return hash.digest('hex');
}

/** Everything the compiler reads. */
function sourceFingerprint() {
  return fingerprintOf(readJson(at('tsconfig.json'))?.include ?? [], /\.ts$/);
}

/** The console's pages, which a gateway serves: built when a source of theirs has changed. */
function ensurePages() {
  const stamp = at('dist', '.holdfast-pages');
  const fingerprint = fingerprintOf(['console', 'client'], /\.(?:ts|tsx|css|html|mjs|json|svg)$/);
  const known = fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === fingerprint;
  if (known && fs.existsSync(at('dist', 'pages', 'index.html'))) return;
  const since = Date.now();
  say('building the console …');
  const vite = at('node_modules', 'vite', 'bin', 'vite.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vite, 'build', 'console', '--logLevel', 'warn'],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) {
    throw new Refusal(`${stdout}${stderr}`.trimEnd() + '\nThe console does not build; see above.');
  }
  fs.writeFileSync(stamp, fingerprint);
  say(`the console is built (${seconds(since)})`);
}

function ensureBuild() {
  const stamp = at('dist', '.holdfast-built');
  const fingerprint = sourceFingerprint();
  const known = fs.existsSync(stamp) ? fs.readFileSync(stamp, 'utf8') : undefined;
  if (known === fingerprint) return;
  const since = Date.now();
  say('compiling …');
  // Without a stamp nothing is known about what is in dist, so the compiler must not trust its notes either.
  if (known === undefined) fs.rmSync(at('dist', '.tsbuildinfo'), { force: true });
  const compiler = at('node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', '.'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Refusal('The code does not compile; the errors are above.');
  const bundler = at('dist', 'platform', 'saga', 'bundle.js');
  const bundled = spawnSync(process.execPath, [bundler], { cwd: root, stdio: ['ignore', 2, 2] });
  if (bundled.status !== 0) throw new Refusal('The sagas cannot be bundled; the errors are above.');
  fs.writeFileSync(stamp, fingerprint);
  say(`compiled (${seconds(since)})`);
}

async function prepare() {
  await withLock(() => {
    ensureDependencies();
    ensureBuild();
    ensurePages();
  });
}

/** Runs one part of the checks to its end, keeping its output for when it is needed. */
function runPart(name, args) {
  return new Promise((resolve) => {
    const since = Date.now();
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => (output += data));
    child.on('close', (code) => {
      const took = seconds(since).padStart(8);
      say(`  ${code === 0 ? '✔' : '✖'} ${name.padEnd(18)} ${took}`);
      if (code !== 0) say(output.trimEnd());
      resolve(code === 0);
    });
  });
}

const tool = (...parts) => at('node_modules', ...parts);

/** What is compiled comes first, what needs it follows; the rest runs beside it on the second core. */
async function verify() {
  const since = Date.now();
  const bundle = at('dist', 'platform', 'saga', 'bundle.js');
  const jest = [tool('jest', 'bin', 'jest.js'), '--selectProjects', 'unit', 'tidy'];
  const lanes = [
    [
      [
        'types',
        [tool('typescript', 'bin', 'tsc'), '-p', '.', '--noEmit', '--incremental', 'false'],
      ],
      ['types of the pages', [tool('typescript', 'bin', 'tsc'), '-p', 'console']],
      ...(fs.existsSync(bundle) ? [['workflow bundle', [bundle]]] : []),
      ['unit and tidy', jest],
    ],
    [
      ['format', [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']],
      ['lint', [tool('eslint', 'bin', 'eslint.js'), '.']],
    ],
  ];
  const results = await Promise.all(
    lanes.map(async (parts) => {
      const passed = [];
      for (const [name, args] of parts) passed.push(await runPart(name, args));
      return passed.every(Boolean);
    }),
  );
  say(`verify ${results.every(Boolean) ? 'passed' : 'FAILED'} in ${seconds(since)}`);
  process.exitCode = results.every(Boolean) ? 0 : 1;
}

/** Hands over in this process: a process in between could be killed and leave the real one behind. */
function become(script, args) {
  process.setSourceMapsEnabled(true);
  process.argv = [process.execPath, script, ...args];
  require(script);
}

async function main() {
  const [command, ...args] = process.argv.slice(2);
  requireNode();
  await prepare();
  if (command === '--prepare') return undefined;
  if (command === '--verify') return verify();
  if (command === '--jest' || (command === '--test' && args.length > 0)) {
    return become(tool('jest', 'bin', 'jest.js'), args);
  }
  if (command === '--test') return become(at('dist', 'test', 'support', 'run.js'), []);
  return become(at('dist', 'cli', 'holdfast.js'), process.argv.slice(2));
}

main().catch((error) => {
  say(error instanceof Refusal ? error.message : error.stack);
  process.exitCode = 1;
});
