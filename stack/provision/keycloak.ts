import { existsSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { StackError } from '../errors';
import type { Note } from '../cache/binary';
import { fromCache } from '../cache/cache';
import { maven } from './maven';
import { runTool } from '../cache/tool';

const version = '26.7.3';
const subject = { name: 'keycloak', variable: 'HOLDFAST_KEYCLOAK_HOME' };

/** Options Keycloak bakes into its tree; a server started with `--optimized` must agree with them. */
const buildOptions = [
  ...['--db=dev-file', '--health-enabled=true'],
  // People have no certificate, services must have one: the realm asks for it where a client is one of ours.
  ...['--https-client-auth=request', '--https-management-client-auth=required'],
];

/** Grows with the options above: a tree that was built with others is not taken from the cache. */
const buildRevision = 2;

async function fetchTree(directory: string): Promise<void> {
  const artifact = `org.keycloak:keycloak-quarkus-dist:${version}:zip`;
  const goal = ['dependency:unpack', `-Dartifact=${artifact}`, '-DoutputDirectory=.'];
  await maven(directory, subject, [], goal);
  const [home] = (await readdir(directory)).filter((name) => name.startsWith('keycloak-'));
  await rename(path.join(directory, home ?? ''), path.join(directory, 'home'));
}

/** Augmentation takes most of a minute, once per version; its result is what the cache keeps. */
async function optimise(directory: string, java: string): Promise<void> {
  const script = path.join(directory, 'home', 'bin', 'kc.sh');
  const fix = 'read the lines above; at least 1 GB of free memory is needed to build Keycloak once';
  const env = { JAVA: java, JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m' };
  await runTool('sh', [script, 'build', ...buildOptions], { subject: subject.name, env, fix });
}

async function verify(home: string): Promise<string> {
  const proofs = [
    'lib/quarkus-run.jar',
    'lib/quarkus/generated-bytecode.jar',
    'lib/quarkus/build-system.properties',
  ];
  const missing = proofs.find((file) => !existsSync(path.join(home, file)));
  if (!missing) return version;
  throw new StackError({
    code: 'PROVISION_FAILED',
    subject: subject.name,
    cause: `${home} has no ${missing}: it is no Keycloak that went through \`kc.sh build\``,
    fix: `set ${subject.variable} to one built with \`kc.sh build ${buildOptions.join(' ')}\`, or unset it`,
  });
}

/** A Keycloak home that has been built: the user's own, or the cached one. It is read only. */
export async function provideKeycloak(
  java: string,
  note: Note,
): Promise<{ home: string; version: string }> {
  const named = process.env[subject.variable];
  if (named) {
    await verify(named);
    return { home: named, version: 'own' };
  }
  const directory = await fromCache({
    key: `keycloak-${version}-${buildRevision}`,
    build: async (draft) => {
      await fetchTree(draft);
      note(`building Keycloak ${version} (once)`);
      await optimise(draft, java);
    },
    verify: (draft) => verify(path.join(draft, 'home')),
    onMiss: () => note(`fetching Keycloak ${version}`),
  });
  return { home: path.join(directory, 'home'), version };
}
