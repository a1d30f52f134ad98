import path from 'node:path';
import type { Candidate, Note } from '../cache/binary';
import { findBinary, versionOf } from '../cache/binary';
import { fromCache } from '../cache/cache';
import { runTool } from '../cache/tool';
import { StackError } from '../errors';

const version = '4.32.5';

const candidate: Candidate = {
  subject: 'schemathesis',
  variable: 'HOLDFAST_SCHEMATHESIS',
  names: ['schemathesis'],
  versionArgs: ['--version'],
  versionPattern: /version ([\d.]+)/,
  atLeast: [4, 30],
};

const fix =
  'install Python 3.10 or newer with pip and check the network, ' +
  `or set ${candidate.variable} to a schemathesis of your own`;

/** Where Python finds what pip put into a folder. */
const pathTo = (directory: string) => ({ PYTHONPATH: directory });
const binaryIn = (directory: string): string => path.join(directory, 'bin', 'schemathesis');

async function install(directory: string): Promise<void> {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const told = ['--only-binary=:all:', '--target', directory, `schemathesis==${version}`];
  await runTool('python3', [...pip, ...told], { subject: candidate.subject, fix });
}

async function verify(directory: string): Promise<string> {
  const found = await versionOf(binaryIn(directory), candidate, pathTo(directory));
  if (found !== undefined) return found;
  throw new StackError({
    code: 'PROVISION_FAILED',
    subject: candidate.subject,
    cause: `schemathesis ${version} does not run on this machine`,
    fix,
  });
}

/** The client that makes requests out of an OpenAPI document, and the environment it runs in. */
export async function provisionSchemathesis(note: Note = () => undefined) {
  const found = await findBinary(candidate);
  if (found !== undefined) return { binary: found.binary, env: {} };
  const directory = await fromCache({
    key: `schemathesis-${version}`,
    build: install,
    verify,
    onMiss: () => note(`fetching schemathesis ${version}`),
  });
  return { binary: binaryIn(directory), env: pathTo(directory) };
}
