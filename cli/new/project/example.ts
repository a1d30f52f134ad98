import type { Sources } from './sources';

/** What a project has of its own: the example in the platform's tree, or what people wrote in theirs. */
export interface Example {
  readonly services: readonly string[];
  readonly sagas: readonly string[];
  /** Projections, by the modules that `projections/index.ts` names. */
  readonly projections: readonly string[];
  /** Types of the events that its services tell. */
  readonly events: readonly string[];
}

/** What the journal of sagas tells and is told, and the projection of it: these are the platform's. */
const ofJournal = /^(?:saga|saga-type|subject)\./;
const journal = 'sagas.';
const timeline = 'saga-timeline';

const unique = (found: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(found.flatMap((one) => one ?? [])),
];

/** Finds it by its places in the tree. */
export function exampleIn({ files, read }: Sources): Example {
  const named = (pattern: RegExp) => unique(files.map((file) => pattern.exec(file)?.[1]));
  const index = read('projections/index.ts');
  const projections = unique(
    [...index.matchAll(/from '\.\/([\w-]+)'/g)].map(([, module]) => module),
  );
  return {
    services: named(/^activities\/([^/]+)\//),
    sagas: named(/^workflows\/([\w-]+)\.saga\.ts$/),
    projections: projections.filter((module) => module !== timeline),
    events: named(/^schemas\/events\/([^/]+)\//).filter((type) => !ofJournal.test(type)),
  };
}

/** Rooms and files that speak of the example alone, whatever is in them. */
const places = [
  /^activities\/[^/]+\//,
  /^workflows\/.+\.(?:saga|contract|verify|audit)\.ts$/,
  /^schemas\/(?:events|golden)\/(?!(?:saga|saga-type|subject)\.)/,
  /^schemas\/(?:commands|messages)\/(?!sagas\.)/,
  // Played on the example.
  /^cli\/(?:attack|chaos|storm)\//,
  /^cli\/up\/shown\/shop\.ts$/,
  /^cli\/explain\/pages\/shop(?:-identities)?\.ts$/,
  /^gateway\/routes\/(?:orders|services|service-answers)\.ts$/,
  // Measures the platform itself.
  /^bench\//,
  /^docs\/(?:attack|chaos|tutorial)\.md$/,
  // What the platform is held to, and how it is worked on.
  /^(?:THREAT-MODEL|CONTRIBUTING)\.md$/,
];

/** True for a file outside the tests that a project without the example does not have. */
export function isOfExample(file: string, { projections }: Example): boolean {
  const isPlace = places.some((place) => place.test(file));
  const module = /^(?:projections|gateway\/routes)\/([\w-]+)/.exec(file)?.[1] ?? '';
  return isPlace || projections.includes(module);
}

/** True for a type of events, or a command, of the platform's own. */
export const isOfPlatform = (name: string): boolean =>
  ofJournal.test(name) || name.startsWith(journal);

const camel = (kebab: string): string =>
  kebab.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** Finds a word of the example in a text. */
export function wordsOf({ services, sagas, projections, events }: Example): RegExp {
  const names = [...services, ...sagas, ...projections];
  const words = [...names, ...names.map(camel), ...events];
  const escaped = unique(words).map((word) => word.replaceAll('.', '\\.'));
  return escaped.length === 0 ? /(?!)/ : new RegExp(`(?<![\\w-])(?:${escaped.join('|')})(?!\\w)`);
}
