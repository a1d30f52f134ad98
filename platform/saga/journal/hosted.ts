import { hostable } from '../../host/hosted-service';
import { openPostgresStore } from '../../outbox/postgres/store';
import { postgresOptions } from '../../runtime/connections';
import { journalService } from './service';
import type { JournalEntry } from './service';

/** The journal on PostgreSQL, database `sagas`. It has no API of its own: it is read through its events. */
export const sagasJournal = hostable({
  definition: journalService,
  openStore: (config) =>
    openPostgresStore<JournalEntry>({
      pool: postgresOptions(config, 'sagas'),
      instance: config.HOLDFAST_INSTANCE,
    }),
  openApi: () => ({ mount: () => undefined }),
  identities: () => [],
});
