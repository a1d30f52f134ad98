import path from 'node:path';

/**
 * A heading of the site and its pages, by their paths from the root of the repository. A path that ends in `/` stands
 * for every page of that folder, its README first.
 */
export interface Group {
  readonly title: string;
  readonly pages: readonly (string | Group)[];
}

/** Every page there is, by kind, in the order of the sidebar. A test misses a page that is not in it. */
export const navigation: readonly Group[] = [
  {
    title: 'Start',
    pages: ['README.md', 'docs/tutorial.md', 'docs/comparison.md'],
  },
  {
    title: 'How-to',
    pages: [
      'docs/new-project.md',
      'docs/add-a-saga.md',
      'docs/testing-your-saga.md',
      'docs/verify.md',
      'docs/long-sagas.md',
      'docs/direct-steps.md',
      'docs/reactions.md',
      'docs/webhooks.md',
      'docs/api.md',
      'docs/console.md',
      'docs/traces.md',
      'docs/rebuild.md',
      'docs/republish.md',
      'docs/replay.md',
    ],
  },
  {
    title: 'Concepts',
    pages: [
      'docs/concepts/saga.md',
      'docs/concepts/fence.md',
      'docs/concepts/events.md',
      'docs/concepts/faults.md',
      'ARCHITECTURE.md',
      'docs/discovery.md',
      'docs/cache.md',
      'docs/overload.md',
      'docs/audit.md',
    ],
  },
  {
    title: 'Reference',
    pages: [
      'docs/cli.md',
      'docs/configuration.md',
      'docs/errors.md',
      'docs/events.md',
      'docs/event-types.md',
      'docs/metrics.md',
      'docs/limits.md',
      'docs/performance.md',
      'CHANGELOG.md',
    ],
  },
  {
    title: 'Operations',
    pages: [
      'docs/operations.md',
      'docs/provisioning.md',
      'docs/kubernetes.md',
      'docs/capacity.md',
      'docs/versions.md',
      'docs/backup.md',
      'docs/disaster-recovery.md',
      'docs/retention.md',
      'docs/dashboards.md',
      'docs/alerts.md',
      { title: 'Runbooks', pages: ['docs/runbooks/'] },
      'docs/chaos.md',
    ],
  },
  {
    title: 'Security',
    pages: [
      'docs/security.md',
      'THREAT-MODEL.md',
      'docs/keys.md',
      'docs/encryption-at-rest.md',
      'docs/temporal-payloads.md',
      'docs/certificates.md',
      'docs/attack.md',
      'docs/supply-chain.md',
    ],
  },
  {
    title: 'Decisions',
    pages: ['docs/adr/', 'docs/source-requirements.md'],
  },
  {
    title: 'The project',
    pages: [
      'CONTRIBUTING.md',
      'docs/testing.md',
      'docs/kafka-client.md',
      {
        title: 'Inside the platform',
        pages: [
          'platform/saga/README.md',
          'platform/participant/README.md',
          'platform/outbox/README.md',
          'platform/event-log/README.md',
          'platform/archive/README.md',
          'platform/audit/README.md',
          'platform/keys/README.md',
          'platform/reactions/README.md',
          'platform/rebuild/README.md',
          'platform/republish/README.md',
          'platform/restore/README.md',
          'platform/security/README.md',
          'platform/testing/README.md',
          'platform/webhooks/README.md',
          'test/model/README.md',
        ],
      },
    ],
  },
];

/** Pages of an entry: of a folder those that lie in it, by name, its README first. */
export function pagesOfEntry(entry: string, namesIn: (folder: string) => readonly string[]) {
  if (!entry.endsWith('/')) return [entry];
  const names = namesIn(entry).filter((name) => name.endsWith('.md') && name !== 'README.md');
  return ['README.md', ...names.sort()].map((name) => `${entry}${name}`);
}

/** Every page of a group and of those in it. */
export function pagesOf(group: Group, namesIn: (folder: string) => readonly string[]): string[] {
  return group.pages.flatMap((page) =>
    typeof page === 'string' ? pagesOfEntry(page, namesIn) : pagesOf(page, namesIn),
  );
}

/** The page of the site that a document becomes: `docs/` is left out, and a README is what its folder shows. */
export function addressOf(file: string): string {
  return file.replace(/^docs\//, '').replace(/(^|\/)README\.md$/, '$1index.md');
}

/** Where it is asked for in a browser. */
export function routeOf(file: string): string {
  return `/${addressOf(file)
    .replace(/(^|\/)index\.md$/, '$1')
    .replace(/\.md$/, '')}`;
}

/** What a document is called: its first heading, without marks. */
export function titleOf(file: string, text: string): string {
  const heading = /^# +(.+)$/m.exec(text)?.[1] ?? path.posix.basename(file, '.md');
  return heading.replace(/[`*]/g, '').trim();
}
