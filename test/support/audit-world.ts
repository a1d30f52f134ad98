import { Client } from 'pg';
import { inventory, orders, payments } from '../../activities';
import { createAuditor } from '../../platform/audit/auditor';
import { followingFeed } from '../../platform/audit/feed';
import type { KeptFinding } from '../../platform/audit/ledger/port';
import { auditDatabase, openLedger } from '../../platform/audit/ledger/postgres';
import { startAuditing } from '../../platform/audit/runner';
import { encodeEvent } from '../../platform/event-log/envelope';
import { startRelay } from '../../platform/event-log/relay';
import type { Relay } from '../../platform/event-log/relay';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { eventTopic } from '../../platform/event-log/topics';
import { postgresOptions } from '../../platform/runtime/connections';
import { silentLog } from '../../platform/runtime/log';
import type { StoredEvent } from '../../platform/outbox/ports';
import { readCredentials } from '../../platform/security/tls';
import { eventually } from './eventually';
import { openLogWorld } from './log-world';
import { openBench } from './service-bench';
import type { ServiceBench } from './service-bench';
import { testKeys } from './test-keys';
import { configFor } from './world';

export const auditedServices = { orders, payments, inventory } as const;
export type AuditedName = keyof typeof auditedServices;

/**
 * The three services on their own databases with their relays, and an auditor at work on them under its own
 * identity.
 */
export async function openAuditWorld() {
  const world = await openLogWorld();
  const { instance } = world;
  await asAdmin(`create database ${auditDatabase(instance)} owner auditor`);
  const names = Object.keys(auditedServices) as AuditedName[];
  const benches = {} as Record<AuditedName, ServiceBench>;
  const relays = new Map<AuditedName, Relay>();
  for (const name of names) {
    await world.createTopic(name);
    benches[name] = await openBench(auditedServices[name], configFor(name, instance));
  }
  const config = configFor('auditor', instance);
  const ledger = openLedger(config, testKeys);
  await ledger.migrate();
  const eventLog = world.logAs('auditor');
  const services = names.map((name) => ({
    service: auditedServices[name],
    store: auditedServices[name].openStore(config, testKeys),
    topic: eventTopic(name, instance),
  }));
  const topics = services.map(({ topic }) => topic);
  const feed = followingFeed(eventLog, { groupId: `auditor-${instance}`, topics });
  const auditor = createAuditor({
    ...{ services, sagas: [], ledger, feed, eventLog, schemas: loadSchemas() },
    ...{ overdueMs: 30_000, now: () => performance.now(), isPaced: false },
  });
  const credentials = () => readCredentials(config);
  const runner = startAuditing({ auditor, ledger, credentials, log: silentLog });
  const slots = 3;

  function relay(name: AuditedName): void {
    relays.set(
      name,
      startRelay({
        ...{ service: name, source: benches[name].store, topic: eventTopic(name, instance) },
        ...{ partitions: slots, owner: `test-${relays.size}`, log: silentLog },
        writer: world.logAs(name).writer,
      }),
    );
  }
  names.forEach(relay);

  return {
    ...{ world, benches, ledger, config },
    /** Events of a service that wait for their relay. */
    async pending(name: AuditedName): Promise<readonly StoredEvent[]> {
      const { store } = benches[name];
      const pages = await Promise.all([0, 1, 2].map((slot) => store.pending(slot, 100)));
      return pages.flat();
    },
    /** Writes events into a service's topic, in this order, as its own identity. */
    async send(name: AuditedName, ...events: readonly StoredEvent[]): Promise<void> {
      const { writer } = world.logAs(name);
      const context = { service: name, recordedTime: new Date().toISOString() };
      for (const event of events) {
        const topic = eventTopic(name, instance);
        await writer.append(topic, event.slot, [encodeEvent(event, context)], 10_000);
      }
    },
    /** Without its relay until `work` is done. */
    async unrelayed(name: AuditedName, work: () => Promise<void>): Promise<void> {
      await relays.get(name)?.stop();
      await work();
      relay(name);
    },
    /** Milliseconds until a finding is there, and the finding. */
    async found(code: string, subject: string) {
      const startedMs = performance.now();
      let finding: KeptFinding | undefined;
      await eventually(async () => {
        const kept = await ledger.findings({ since: new Date(0), limitMax: 100 });
        finding = kept.find((each) => each.code === code && each.subject === subject);
        if (finding === undefined) throw new Error(`found so far: ${JSON.stringify(kept)}`);
      });
      return { finding, afterMs: performance.now() - startedMs };
    },
    async findings(): Promise<readonly string[]> {
      const kept = await ledger.findings({ since: new Date(0), limitMax: 100 });
      return kept.map(({ code, subject }) => `${code} ${subject}`);
    },
    /** Waits until the auditor has read everything there is. */
    async read(): Promise<void> {
      await eventually(async () => {
        for (const name of names) {
          const events = (await benches[name].history()).length;
          expect((await ledger.mark(name)).events).toBe(events);
        }
      });
    },
    async close(): Promise<void> {
      await runner.stop();
      await feed.close();
      await Promise.all([...relays.values()].map((one) => one.stop()));
      await Promise.all([ledger.close(), ...services.map(({ store }) => store.close())]);
      await Promise.all(names.map((name) => benches[name].close()));
      await world.close();
      await asAdmin(`drop database ${auditDatabase(instance)} with (force)`);
    },
  };
}

async function asAdmin(sql: string): Promise<void> {
  const client = new Client(postgresOptions(configFor('admin'), 'postgres'));
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
