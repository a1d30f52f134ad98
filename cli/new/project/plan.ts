import type { Names } from '../names';
import { withSaga } from '../registries';
import { sagaOfService } from '../saga-of-service';
import { storeTitles } from '../service/contract-files';
import { demandOwnEvents } from '../service/command';
import { serviceFiles } from '../service/service-files';
import type { ServiceNames } from '../service/service-names';
import { withService } from '../service/service-registries';
import type { Files } from '../writing';
import { exampleIn, isOfExample, isOfPlatform } from './example';
import { packageFiles, schemaLock } from './package-files';
import { ownPages, withoutDeadLinks } from './pages';
import { withoutExample } from './seams';
import type { Sources } from './sources';
import { testsOf } from './tests';

/** What a project is called, and its first service and saga. */
export interface ProjectNames {
  readonly name: string;
  readonly service: ServiceNames;
  readonly saga: Names;
}

/** Every file of a new project. */
export interface ProjectPlan {
  /** As they are in the tree. */
  readonly copied: readonly string[];
  /** With a text of their own. */
  readonly written: Files;
}

/** Runs the tests of a project; the platform runs rings of its own. */
const runner = { of: 'test/support/run.ts', ofPlatform: 'test/support/run-project.ts' } as const;
const schemas = 'schemas/schemas.lock.json';
const sitePages = 'docs/.vitepress/navigation.ts';
const pageLine = /^ {4}docs: '([^'#]+)[^']*',\n/gm;

/**
 * What `holdfast new project` writes, from the sources of a tree: the platform without what that tree has of its own,
 * and one service and one saga, by the code of `new service` and `new saga`. Writes nothing. Throws ALREADY_THERE for a
 * word that the platform tells events of, and REGISTRY_UNREADABLE.
 */
export function planProject(sources: Sources, names: ProjectNames): ProjectPlan {
  const example = exampleIn(sources);
  const kept = sources.files.filter(
    (file) => !file.startsWith('test/') && !isOfExample(file, example),
  );
  const events = kept.flatMap((file) => /^schemas\/events\/([^/]+)/.exec(file)?.[1] ?? []);
  demandOwnEvents(names.service, events);
  // A project that was made before has it in its place already.
  const from = sources.files.includes(runner.ofPlatform) ? runner.ofPlatform : runner.of;
  const tests = testsOf(sources, { example, kept, runner: from }).filter((file) => file !== from);
  const all = new Set([...kept, ...tests, runner.of]);
  const changed: Files = { ...changedFiles(sources, names, all), [runner.of]: sources.read(from) };
  const written = { ...changed, ...ownFiles(names, (file) => changed[file] ?? sources.read(file)) };
  const copied = [...all].filter((file) => written[file] === undefined).sort();
  return { copied, written };
}

/** Files of the tree that a project has otherwise. */
function changedFiles(sources: Sources, names: ProjectNames, all: ReadonlySet<string>): Files {
  const read = (file: string) => sources.read(file);
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const changed = {
    ...withoutExample(read),
    ...packageFiles(names, read),
    ...ownPages(names, version),
    [schemas]: schemaLock(read(schemas), (file) => isOfPlatform(file.split('/')[2] ?? '')),
  };
  const folders = new Set([...all].flatMap(foldersOf));
  const isThere = (file: string) => all.has(file) || folders.has(file);
  return { ...linked(sources, [...all], isThere), ...changed };
}

const foldersOf = (file: string): readonly string[] =>
  file.split('/').map((_, depth, parts) => parts.slice(0, depth).join('/'));

/** Pages, and pages of errors, that would lead to what is not there. */
function linked(
  { read }: Sources,
  files: readonly string[],
  isThere: (file: string) => boolean,
): Files {
  const texts = files.flatMap((file): readonly (readonly [string, string])[] => {
    if (file.endsWith('.md')) return [[file, withoutDeadLinks(file, read(file), isThere)]];
    if (file === sitePages) {
      const pages = /'([\w./-]+\.md)',?\s*/g;
      return [[file, read(file).replace(pages, (all, page: string) => (isThere(page) ? all : ''))]];
    }
    if (!file.startsWith('cli/explain/pages/')) return [];
    const text = read(file).replace(pageLine, (line, page: string) =>
      isThere(`docs/${page}`) ? line : '',
    );
    return [[file, text]];
  });
  return Object.fromEntries(texts.filter(([file, text]) => text !== read(file)));
}

/** The first service and the first saga, and their lines in the registries. */
function ownFiles({ service, saga }: ProjectNames, read: (file: string) => string): Files {
  const { name, aggregate, plural, store } = service;
  return {
    ...serviceFiles(service),
    ...sagaOfService(saga, { service: name, aggregate, plural }),
    ...withService(service, { read, title: storeTitles[store] }),
    ...withSaga(saga, read),
  };
}
