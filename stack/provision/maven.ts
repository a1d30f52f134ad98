import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StackError } from '../errors';
import type { Note } from '../cache/binary';
import { fromCache, oneAtATime } from '../cache/cache';
import { runTool } from '../cache/tool';

/** A Java server as a folder of jars: the user's own, or resolved by Maven. */
export interface Jars {
  subject: string;
  /** Environment variable naming a folder of jars. */
  variable: string;
  key: string;
  /** `group:artifact:version` of the server itself and of what it needs beside its own dependencies. */
  artifacts: string[];
  /** Prefix of the jar that proves the folder is the right one. */
  mainJar: string;
}

function pom(artifacts: string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    const coordinates = `<groupId>${group}</groupId><artifactId>${name}</artifactId>`;
    return `<dependency>${coordinates}<version>${version}</version></dependency>`;
  });
  return [
    '<project><modelVersion>4.0.0</modelVersion><groupId>holdfast</groupId>',
    '<artifactId>server</artifactId><version>1</version><packaging>pom</packaging>',
    `<dependencies>${dependencies.join('')}</dependencies></project>`,
  ].join('');
}

/** Runs Maven in a folder that holds a pom of the given artifacts; one Maven at a time on the machine. */
export async function maven(
  directory: string,
  subject: { name: string; variable: string },
  artifacts: string[],
  goal: string[],
): Promise<void> {
  await writeFile(path.join(directory, 'pom.xml'), pom(artifacts));
  const fix = `install Maven 3 and check the network, or set ${subject.variable} to a ${subject.name} of your own`;
  const args = ['-B', '-ntp', '-q', ...goal];
  const run = { cwd: directory, subject: subject.name, fix };
  await oneAtATime('maven', () => runTool('mvn', args, run));
}

async function verifyJars(jars: Jars, directory: string): Promise<string> {
  const files = existsSync(directory) ? await readdir(directory) : [];
  const main = files.find((file) => file.startsWith(jars.mainJar) && file.endsWith('.jar'));
  if (main) return main;
  throw new StackError({
    code: 'PROVISION_FAILED',
    subject: jars.subject,
    cause: `no ${jars.mainJar}*.jar in ${directory}`,
    fix: `set ${jars.variable} to a folder that has it, or unset it and let Holdfast fetch its own`,
  });
}

/** The folder with the jars and the version their main jar carries in its name. */
export async function provideJars(
  jars: Jars,
  note: Note,
): Promise<{ libs: string; version: string }> {
  const named = process.env[jars.variable];
  const libs = named ?? path.join(await fetchJars(jars, note), 'libs');
  const main = await verifyJars(jars, libs);
  return { libs, version: main.slice(jars.mainJar.length, -'.jar'.length) };
}

function fetchJars(jars: Jars, note: Note): Promise<string> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=libs'];
  const subject = { name: jars.subject, variable: jars.variable };
  return fromCache({
    key: jars.key,
    build: (draft) => maven(draft, subject, jars.artifacts, goal),
    verify: (draft) => verifyJars(jars, path.join(draft, 'libs')),
    onMiss: () => note(`fetching ${jars.artifacts[0] ?? jars.key}`),
  });
}
