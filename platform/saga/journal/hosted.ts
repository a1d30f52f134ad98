import { readFileSync } from 'node:fs';
import { hostable } from '../../host/hosted-service';
import type { HostedService } from '../../host/hosted-service';
import { openPostgresStore } from '../../outbox/postgres/store';
import { postgresOptions } from '../../runtime/connections';
import type { Config } from '../../runtime/config';
import { createGrantVerifier } from '../../security/grants';
import { withGrants } from './grants';
import type { VerifyGrant } from './grants';
import { journalService } from './service';
import type { JournalState } from './state';

/** Who may sign what people tell a saga. */
const grantSigners = ['gateway'];

const plain = hostable({
  definition: journalService,
  openStore: (config) =>
    openPostgresStore<JournalState>({
      pool: postgresOptions(config, 'sagas'),
      instance: config.HOLDFAST_INSTANCE,
    }),
  openApi: () => ({ mount: () => undefined }),
  identities: () => [],
});

/** The journal on PostgreSQL, database `sagas`. It has no API of its own: it is read through its events. */
export const sagasJournal: HostedService = {
  ...plain,
  open(config, options) {
    const opened = plain.open(config, options);
    const participant = withGrants(opened.participant, {
      verify: verifierOf(config),
      isRecorded: async (message) => {
        const row = await opened.store.readStepRecord(message);
        return row?.state === 'done';
      },
    });
    return { ...opened, participant };
  },
};

/** Opens grants by the authority this process believes. */
export function verifierOf(config: Config): VerifyGrant {
  const verifier = createGrantVerifier({
    get caPem() {
      return readFileSync(config.HOLDFAST_CA_FILE);
    },
    signers: grantSigners,
  });
  return (grant, act) => verifier.verify(grant, act);
}
