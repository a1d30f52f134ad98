import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { loadSchemas } from '../../../platform/event-log/schema-registry';
import { presentGrant } from '../../../platform/host/grant-passing';
import { createMemoryStore } from '../../../platform/outbox/memory/store';
import {
  createActivities,
  createSagaRecordActivities,
} from '../../../platform/participant/activities';
import { createParticipant } from '../../../platform/participant/handle';
import type { StepParticipant } from '../../../platform/participant/handle';
import { createSagaRecords } from '../../../platform/participant/saga-records';
import { childrenOutside } from '../../../platform/saga/children/outside';
import { childWorld } from '../../../platform/saga/children/world';
import { journal } from '../../../platform/saga/journal/contract';
import { withGrants } from '../../../platform/saga/journal/grants';
import { journalService } from '../../../platform/saga/journal/service';
import type { JournalState } from '../../../platform/saga/journal/state';
import { withStartGate } from '../../../platform/saga/journal/start-gate';
import type { StartGateOptions } from '../../../platform/saga/journal/start-gate';
import { grantCheck, revocationsOf } from '../../../platform/saga/journal/revocations';
import { switchesOf } from '../../../platform/saga/journal/switches';
import { readRemains } from '../../../platform/saga/orchestrate/close-and-read';
import { createEngineActivities } from '../../../platform/saga/orchestrate/engine-activities';
import type { SignedVerb } from '../../../platform/saga/verbs';
import type { GrantMinter, GrantVerifier } from '../../../platform/security/grants';

/** Minter and verifier of one world. */
export type WorldGrants = GrantMinter & GrantVerifier;

/** Grants without signatures, for histories that are kept: no certificate goes into a file. */
export async function unsignedGrants(): Promise<WorldGrants> {
  return {
    mint: async (_act, { actor, roles }) => JSON.stringify({ actor, roles }),
    verify: async (grant) => JSON.parse(grant) as { actor: string; roles: string[] },
  };
}

/** An operator's act with an unsigned grant. */
export function unsignedAct(reason: string): SignedVerb {
  const grant = JSON.stringify({ actor: 'operator-1', roles: ['operator'] });
  return { grant, jti: randomUUID(), reason };
}

/** The journal in memory, its real decider and gate, and the orchestrator's activities on top of it. */
export function openTestJournal(
  grants: GrantVerifier,
  forgotten: ReadonlySet<string> = new Set(),
  open?: StartGateOptions['open'],
) {
  const store = createMemoryStore<JournalState>();
  const plain: StepParticipant = createParticipant({
    definition: journalService,
    store,
    outside: childrenOutside(childWorld(() => ({ store, participant: plain }))),
    schemas: loadSchemas(),
    clock: () => new Date(),
    partitions: 3,
  });
  const verify: GrantVerifier['verify'] = (grant, act) => grants.verify(grant, act);
  const starts = open === undefined ? plain : withStartGate(plain, { store, presentGrant, open });
  const gated = withGrants(starts, {
    verify,
    isRecorded: async (message) => (await store.readStepRecord(message))?.state === 'done',
  });
  const turnSwitch = switchesOf(plain, { journal: { switches: async () => [] }, verify });
  const participants = ['orders', 'payments', 'inventory', 'sagas'];
  const engine = createEngineActivities({
    ...{ journal: store, participants, turnSwitch },
    revokeGrants: revocationsOf(plain, { journal: { openOf: async () => [] }, verify }),
    checkGrant: open === undefined ? async () => ({}) : grantCheck({ store, presentGrant, open }),
  });
  const records = createSagaRecords(store, () => new Date());
  const activities = {
    ...createActivities(gated, journal.contract),
    ...createSagaRecordActivities(records, journal.contract),
    ...engine,
    readRemains: ((target) =>
      readRemains(
        forgetting(Context.current().client, forgotten),
        target,
        target,
      )) as typeof engine.readRemains,
  };
  return { store, activities, participant: plain };
}

/** A client to which some runs are gone, by their ids; a forgotten latest run leads nowhere, as after a deletion. */
function forgetting(client: Client, forgotten: ReadonlySet<string>): Client {
  const getHandle: Client['workflow']['getHandle'] = (workflowId, runId, ...rest) => {
    const handle = client.workflow.getHandle(workflowId, runId, ...rest);
    return Object.assign(Object.create(handle) as typeof handle, {
      async fetchHistory() {
        const asked = runId ?? (await handle.describe()).runId;
        if (forgotten.has(asked)) throw new WorkflowNotFoundError('deleted', workflowId, asked);
        return handle.fetchHistory();
      },
    });
  };
  const workflow = Object.assign(Object.create(client.workflow) as Client['workflow'], {
    getHandle,
  });
  return Object.assign(Object.create(client) as Client, { workflow });
}
