import { Client } from 'pg';
import type { Config } from '../../../platform/runtime/config';
import { postgresOptions } from '../../../platform/runtime/connections';
import { fine, held, warn, wrong } from '../finding';
import type { Finding } from '../finding';

/** Settings without which a commit that was answered may be gone after a crash. */
const durable = ['fsync', 'synchronous_commit', 'full_page_writes'] as const;

/** Every process of ours has a pool of ten for each database it uses. */
const connectionsMin = 200;

/** What PostgreSQL was told, as far as it decides whether a commit stays. */
export async function lookAtPostgres(config: Config): Promise<readonly Finding[]> {
  const client = new Client(postgresOptions(config, 'sagas'));
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any($1)',
      [[...durable, 'max_connections', 'data_checksums', 'ssl']],
    );
    const { rows: standbys } = await client.query('select 1 from pg_stat_replication');
    const settings = new Map(rows.map(({ name, setting }) => [name, setting]));
    const off = durable.filter((name) => settings.get(name) === 'off');
    return [
      held(
        off.length === 0,
        fine('PostgreSQL, commits', 'flushed before they are answered'),
        wrong('PostgreSQL, commits', `off: ${off.join(', ')}`, `set ${off.join(' = on, ')} = on`),
      ),
      held(
        standbys.length > 0,
        fine('PostgreSQL, standbys', String(standbys.length)),
        wrong(
          'PostgreSQL, standbys',
          'none',
          'add one, in a place of its own: docs/disaster-recovery.md',
        ),
      ),
      held(
        settings.get('data_checksums') === 'on',
        fine('PostgreSQL, checksums', 'on'),
        warn(
          'PostgreSQL, checksums',
          'off',
          'initdb --data-checksums, or pg_checksums while it is stopped',
        ),
      ),
      held(
        Number(settings.get('max_connections')) >= connectionsMin,
        fine('PostgreSQL, connections', settings.get('max_connections') ?? ''),
        warn(
          'PostgreSQL, connections',
          `at most ${settings.get('max_connections')}`,
          `set max_connections to ${connectionsMin} or more, or put a pool before it`,
        ),
      ),
    ];
  } finally {
    await client.end();
  }
}
