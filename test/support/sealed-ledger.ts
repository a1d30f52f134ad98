import { Client } from 'pg';
import type { Family } from '../../platform/audit/family';
import { firstMark } from '../../platform/audit/ledger/port';
import type { ServiceMark, Tracked } from '../../platform/audit/ledger/port';
import { auditDatabase, openLedger } from '../../platform/audit/ledger/postgres';
import type { StoredLedger } from '../../platform/audit/ledger/postgres';
import type { AuditFinding } from '../../platform/audit/codes';
import type { Vaults } from '../../platform/host/hosted-service';
import { postgresOptions } from '../../platform/runtime/connections';
import type { EnvelopeRefusal } from '../../platform/security/keys/envelope';
import { createVault, fixedKeys } from '../../platform/security/keys/vault';
import { asAdmin } from './key-store';
import { freshInstance } from './stores';
import { testKey } from './test-keys';
import { configFor } from './world';

/** A ledger in a database of its own, and the hands of somebody who may write there; with keys of tests unless told. */
export async function openSealedLedger(given?: Vaults) {
  const instance = freshInstance();
  const database = auditDatabase(instance);
  await asAdmin('postgres', `create database ${database} owner auditor`);
  const refusals: EnvelopeRefusal[] = [];
  const keys: Vaults = {
    vault: (purpose) =>
      createVault({
        keys: fixedKeys([testKey(purpose)]),
        refused: (reason) => void refusals.push(reason),
      }),
  };
  const config = configFor('auditor', instance);
  const ledger = openLedger(config, given ?? keys);
  await ledger.migrate();
  await ledger.takeOver();
  return {
    ...{ config, ledger, refusals },
    ask: <Row extends object>(sql: string) => asAdmin<Row>(database, sql),
    /** A connection of its own there. */
    async connect(): Promise<Client> {
      const client = new Client({ ...postgresOptions(configFor('admin'), 'postgres'), database });
      await client.connect();
      return client;
    },
    /** Everything in the four tables, as one text. */
    async stored(): Promise<string> {
      const tables = ['audit_marks', 'audit_aggregates', 'audit_family_parts', 'audit_findings'];
      const asked = tables.map((table) => asAdmin(database, `select * from ${table}`));
      return JSON.stringify(await Promise.all(asked));
    },
    async close(): Promise<void> {
      await ledger.close();
      await asAdmin('postgres', `drop database ${database} with (force)`);
    },
  };
}

/** What stands in it: two services with two aggregates each, two sagas, two findings. */
export const remembered = {
  aggregate: (id: string, seq = 2, word = 'secret'): Tracked => ({
    ...{ id, seq, logSeq: seq, state: `{"word":"${word}-${id}-${seq}"}`, isStalled: false },
  }),
  mark: (service: string, word = 'secret'): ServiceMark => ({
    ...{ ...firstMark, events: 4, offsets: { 0: '4' } },
    openWeights: [
      { identity: 'EVEN', aggregateId: `${word}-${service}`, origin: '', amount: 5, eventId: 'e' },
    ],
  }),
  family: (workflowId: string, word = 'secret'): Family => ({
    ...{ workflowId, outcome: 'completed', open: [], parked: [], isWaived: false },
    events: [
      {
        service: 'a',
        aggregateId: 'x',
        seq: 1,
        type: 't',
        data: { word: `${word}-${workflowId}` },
      },
    ],
  }),
  finding: (subject: string, word = 'secret'): AuditFinding => ({
    ...{ code: 'STATE_DIFFERS', service: 'a', subject, detail: `${word}-${subject}` },
  }),
};

/** Writes all of it, with the word in everything that is sealed. */
export async function fillLedger(ledger: StoredLedger, word = 'secret'): Promise<void> {
  for (const service of ['a', 'b']) {
    const tracked = ['x', 'y'].map((id) => remembered.aggregate(id, 2, word));
    await ledger.commit({ service, mark: remembered.mark(service, word), tracked });
  }
  const families = ['s-1', 's-2'].map((id) => remembered.family(id, word));
  const findings = ['x', 'y'].map((subject) => remembered.finding(subject, word));
  await ledger.commit({ service: 'a', mark: remembered.mark('a', word), families, findings });
}
