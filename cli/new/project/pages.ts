import path from 'node:path';
import type { ProjectNames } from './plan';

/** The pages of a project that are its own. */
export function ownPages(names: ProjectNames, version: string): Readonly<Record<string, string>> {
  return {
    'README.md': readme(names, version),
    'CHANGELOG.md': `# Changelog\n\n## Unreleased\n\n* The project, made of Holdfast ${version}.\n`,
  };
}

const readme = ({ name, service, saga }: ProjectNames, version: string): string => `# ${name}

Business transactions that cross services, each with a database of its own, on the saga platform
Holdfast ${version}, whose sources are in this project. It begins with one service, \`${service.name}\`,
which keeps ${service.plural}, and one saga, \`${saga.kebab}\`, which makes one and confirms it, or cancels
what it made.

\`\`\`
npm start    # every server and process on this machine; runs ${saga.kebab} once
npm test     # types, lint, unit tests, and ${saga.kebab} under a sample of faults on real databases
\`\`\`

Node 20.19 or newer is all they need; the first start fetches the servers, and each prints what to try
next. \`HOLDFAST_TEST_CELLS=all npm test\` runs every fault at every step, a number so many, 0 none.

## Next

* \`activities/${service.name}/decider.ts\` decides: give it rules of yours. A refusal is a code in
  \`contract.ts\` and a branch there; \`npx holdfast verify ${saga.kebab}\` tries it at each step without
  being told.
* \`npx holdfast new service <name>\` writes another service, and
  \`npx holdfast new saga <name> --of <service>\` another saga; then \`npm run generate\` makes what follows.
* [docs/add-a-saga.md](docs/add-a-saga.md) explains every part of a saga,
  [docs/verify.md](docs/verify.md) the faults, [docs/operations.md](docs/operations.md) the running
  system, and [ARCHITECTURE.md](ARCHITECTURE.md) how all of it fits. They are the platform's pages:
  where they show a shop, they speak of its example.

## What is whose

Yours are \`activities/\`, \`workflows/\`, \`reactions/index.ts\`, what \`projections/index.ts\` lists,
what \`own.ts\`, \`further.ts\` and \`views.ts\` in \`gateway/routes/\` list,
\`gateway/own-problems.ts\`, \`cli/up/shown/index.ts\`, \`cli/reference/own-pictures.ts\`, your schemas
and tests, and this page. All else is the platform.

A later version of the platform is taken up with git. Keep the tree as it was made in a branch, here
\`platform\`; make the same project from the later version, put its files in the place of those of the
branch, commit, and merge the branch into yours. In a clone of the later version:

\`\`\`
npx holdfast new project later/${name} --service ${service.name} \\
  --store ${service.store} --keeps ${service.aggregate} --saga ${saga.kebab}
\`\`\`

\`npx holdfast schema check\` and \`npm test\` then say whether what you promised still holds.
`;

const link = /\[(?<text>[^\]\n]*)\]\((?<target>[^)\s]+)\)/g;

/** A page in which links to what is not there are the words alone. */
export function withoutDeadLinks(
  file: string,
  text: string,
  isThere: (file: string) => boolean,
): string {
  const folder = path.posix.dirname(file);
  const parts = text.split(/(^```[\s\S]*?^```)/m);
  const livingIn = (part: string): string =>
    part.replace(link, (whole, words: string, target: string) => {
      const [place = ''] = target.split('#');
      if (place === '' || /^[a-z]+:/.test(target)) return whole;
      return isThere(path.posix.join(folder, place).replace(/\/$/, '')) ? whole : words;
    });
  return parts.map((part) => (part.startsWith('```') ? part : livingIn(part))).join('');
}
