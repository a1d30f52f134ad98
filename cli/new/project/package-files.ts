import type { ProjectNames } from './plan';

type Read = (file: string) => string;

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

/** Scripts that measure or attack the platform, or are played on its example. */
const ofPlatform = /\bchaos\b|dist\/bench|run bench|dist\/test\/|HOLDFAST_TEST_|verify \w/;

/** `package.json` and its lock: the same packages, under a name of their own. */
export function packageFiles(
  { name, saga }: Pick<ProjectNames, 'name' | 'saga'>,
  read: Read,
): Readonly<Record<string, string>> {
  const { scripts, ...manifest } = JSON.parse(read('package.json')) as Manifest;
  const kept = Object.entries(scripts).filter(([, script]) => !ofPlatform.test(script));
  const title = `${name}: sagas on Holdfast`;
  const own = { ...unlicensed(manifest), name, version: '0.1.0', description: title };
  const proof = {
    'test:faults': `node cli/bootstrap.js verify ${saga.kebab} --html dist/faults.html`,
  };
  const text = { ...own, scripts: { ...Object.fromEntries(kept), ...proof } };
  return {
    'package.json': `${JSON.stringify(text, null, 2)}\n`,
    'package-lock.json': lockOf(name, read('package-lock.json')),
  };
}

/** The licence is the platform's: what is made with it has its own. */
function unlicensed(manifest: object): object {
  const members = Object.entries(manifest).filter(([member]) => member !== 'license');
  return Object.fromEntries(members);
}

interface Lock {
  readonly packages: Readonly<Record<string, object>>;
  readonly [member: string]: unknown;
}

function lockOf(name: string, lock: string): string {
  const { packages, ...rest } = JSON.parse(lock) as Lock;
  const own = { ...unlicensed(packages[''] ?? {}), name, version: '0.1.0' };
  const text = { ...rest, name, version: '0.1.0', packages: { ...packages, '': own } };
  return `${JSON.stringify(text, null, 2)}\n`;
}

/** The lock of schemas, without those that are not there. */
export function schemaLock(lock: string, isKept: (file: string) => boolean): string {
  const locked = JSON.parse(lock) as Readonly<Record<string, string>>;
  const kept = Object.entries(locked).filter(([file]) => isKept(`schemas/${file}`));
  return `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`;
}
