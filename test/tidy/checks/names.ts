import type { Finding } from './finding';

const emptyWords = [
  'util',
  'utils',
  'common',
  'helper',
  'helpers',
  'manager',
  'base',
  'impl',
  'misc',
  'lib',
];

/** Names a tool or a custom demands, wherever they stand. */
const givenNames = new Set([
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'THREAT-MODEL.md',
  'LICENSE',
  'NOTICE',
  'Dockerfile',
]);

const kebab = /^\.?[a-z0-9]+(?:[-.][a-z0-9]+)*$/;

/** Schemas lie in a folder named after the event type, in files named after the version. */
const eventType = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/;

/** Files and folders whose name says nothing, or is not written in kebab-case. */
export function checkNames(files: readonly string[]): Finding[] {
  return files.flatMap((file) => {
    const parts = file.split('/');
    const allowed = file.startsWith('schemas/') ? eventType : kebab;
    const wrong = parts.filter((part) => !givenNames.has(part) && !allowed.test(part));
    const empty = parts.filter((part) =>
      part.split(/[-.]/).some((word) => emptyWords.includes(word.toLowerCase())),
    );
    return [
      ...wrong.map((part) => ({ file, problem: `${part} is not kebab-case` })),
      ...empty.map((part) => ({ file, problem: `${part} says nothing about what is in it` })),
    ];
  });
}
