import { readFileSync } from 'node:fs';
import { hostable } from '../../host/hosted-service';
import type { HostedService, OpenOptions, OpenService } from '../../host/hosted-service';
import { presentGrant } from '../../host/grant-passing';
import { openPostgresStore } from '../../outbox/postgres/store';
import { renewingStore } from '../../outbox/renewing';
import type { StepParticipant } from '../../participant/handle';
import { postgresOptions, renewalsOf } from '../../runtime/connections';
import type { Config } from '../../runtime/config';
import { createGrantVerifier } from '../../security/grants';
import { childrenOutside } from '../children/outside';
import { childWorld } from '../children/world';
import { stepsOf } from '../start-options';
import { withGrants } from './grants';
import type { VerifyGrant } from './grants';
import { withStartGate } from './start-gate';
import { journalService } from './service';
import { openMarkOf } from './open-sagas';
import type { JournalState } from './state';

/**
 * Who may sign what sagas are told: the gateway for people, and the orchestrator for the events that its reactions
 * deliver. The journal is kept by the orchestrator, so nobody can do more by it than before.
 */
export const grantSigners = { gateway: 'every verb', orchestrator: ['deliver'] } as const;

/** The journal on PostgreSQL, database `sagas`. It has no API of its own: it is read through its events. */
export const sagasJournal: HostedService = {
  ...plainJournal(() => notOpened()),
  keepsRecords: true,
  open(config, keys, options) {
    const opened: OpenService = plainJournal(() => opened).open(config, keys, options);
    const participant = withGrants(gated(opened, options), {
      verify: verifierOf(config),
      isRecorded: async (message) => {
        const row = await opened.store.readStepRecord(message);
        return row?.state === 'done';
      },
    });
    return { ...opened, participant };
  },
};

/** The journal behind the gate of starts. */
function gated(
  { store, participant }: OpenService,
  { grantRefused: refused, openGrant = noStarts }: OpenOptions,
): StepParticipant {
  return withStartGate(participant, { store, presentGrant, refused, open: openGrant });
}

/** The journal without its gates; the sagas that are steps of sagas are what it calls outside. */
function plainJournal(opened: () => OpenService): HostedService {
  return hostable({
    definition: journalService,
    operations: {},
    openStore: (config, vault) => {
      const open = () =>
        openPostgresStore<JournalState>({
          pool: postgresOptions(config, 'sagas'),
          instance: config.HOLDFAST_INSTANCE,
          service: journalService.participant.contract.name,
          vault,
          markOf: openMarkOf,
        });
      return renewingStore(open, renewalsOf(config));
    },
    openApi: () => ({ mount: () => undefined }),
    openOutside: (config) => childrenOutside(childWorld(opened, stepsOf(config))),
    identities: { alone: () => [] },
  });
}

async function noStarts(): Promise<never> {
  throw new Error('this journal was opened to be read: no saga starts in it');
}

function notOpened(): never {
  throw new Error('a journal is opened before it is asked');
}

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
