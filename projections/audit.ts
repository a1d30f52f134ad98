import { connectWholeLog } from '../platform/archive/reading/whole-log';
import { auditTable, readLog } from '../platform/event-log/audit';
import type { AuditViolation, LogContent } from '../platform/event-log/audit';
import type { EventLog } from '../platform/event-log/kafka';
import { sealedLog } from '../platform/event-log/sealed-log';
import { eventTopic } from '../platform/event-log/topics';
import type { HostedService } from '../platform/host/hosted-service';
import { aggregatePages } from '../platform/outbox/aggregate-pages';
import type { Aggregate, OutboxSource, ServiceStore } from '../platform/outbox/ports';
import type { Config } from '../platform/runtime/config';
import type { Log } from '../platform/runtime/log';
import { waiter } from '../platform/runtime/waiter';
import { openKeyring } from '../platform/security/keys/keyring';
import { readCredentials } from '../platform/security/tls';
import { projections } from './index';
import { noKeys } from '../platform/host/sealed-store';
import { openReadModelStore } from './store';
import type { Ask } from './store';

/** One service as the audit sees it. */
export interface AuditedService {
  readonly name: string;
  readonly source: Pick<OutboxSource, 'history' | 'depth'>;
  /** Broken identities between the service's own aggregates. */
  identities?(): Promise<readonly AuditViolation[]>;
}

export interface AuditOptions {
  readonly services: readonly AuditedService[];
  /** A process that may read every topic and the read models: `projector`. */
  readonly config: Config;
  readonly log: Log;
  /** How long events may still be on their way before they count as lost. */
  readonly settleMs?: number;
}

export interface AuditReport {
  readonly violations: readonly AuditViolation[];
  readonly events: {
    /** Events in the events tables. */
    readonly published: number;
    /** Distinct events of the log that every projection reading their service has applied. */
    readonly projected: number;
    /** Records in the log beyond the distinct events; harmless. */
    readonly repeats: number;
  };
}

const limits = { settleMs: 20_000, pollMs: 200, readMs: 60_000, pageMax: 200 } as const;

/**
 * Counts, not samples: per service events table = log = read models, every hash, every number, and the identities of
 * its aggregates. Meant for quiescence: it first waits, for at most `settleMs`, until nothing is on its way.
 */
export async function auditAll(options: AuditOptions): Promise<AuditReport> {
  const { config, log } = options;
  const store = openReadModelStore(config, noKeys);
  const connection = {
    brokers: config.HOLDFAST_KAFKA_BROKERS,
    clientId: `${config.HOLDFAST_NAME}-audit`,
    credentials: () => readCredentials(config),
    log,
  };
  const keys = openKeyring(config, { log });
  const whole = connectWholeLog(connection, config.HOLDFAST_ARCHIVE_DIR);
  const eventLog = sealedLog(whole, { keys, instance: config.HOLDFAST_INSTANCE });
  try {
    await settle(options, eventLog, store.ask);
    const parts = await Promise.all(
      options.services.map((service) => auditService(service, options, eventLog)),
    );
    const read = await auditReadModels(store.ask, parts);
    const sum = (count: (part: ServicePart) => number) =>
      parts.reduce((total, part) => total + count(part), 0);
    return {
      violations: [...parts.flatMap((part) => part.violations), ...read.violations],
      events: {
        published: sum(({ events }) => events),
        projected: read.projected,
        repeats: sum(({ content }) => content.records - content.events.size),
      },
    };
  } finally {
    await Promise.all([eventLog.close(), store.close()]);
    await keys.close();
  }
}

/**
 * A hosted service with its store, its identities asked over all its aggregates; with the configuration of its process
 * also what the outside says of them.
 */
export function auditedService(
  service: Pick<HostedService, 'name' | 'identities' | 'auditOutside'>,
  store: ServiceStore<unknown>,
  config?: Config,
): AuditedService {
  return {
    name: service.name,
    source: store,
    identities: async () => {
      const aggregates: Aggregate<unknown>[] = [];
      for await (const page of aggregatePages(store, { limitMax: limits.pageMax })) {
        aggregates.push(...page);
      }
      const outside = config === undefined ? [] : await service.auditOutside(config, aggregates);
      const broken = [...service.identities(aggregates), ...outside];
      return broken.map(({ identity, aggregateId, detail }) => ({
        ...{ code: identity, service: service.name, subject: aggregateId, detail },
      }));
    },
  };
}

async function settle(
  { services, settleMs = limits.settleMs, config }: AuditOptions,
  eventLog: EventLog,
  ask: Ask,
): Promise<void> {
  const pause = waiter();
  const deadlineMs = performance.now() + settleMs;
  while (performance.now() < deadlineMs) {
    const depths = await Promise.all(services.map(({ source }) => source.depth()));
    const isSent = depths.every(({ pending }) => pending === 0);
    if (isSent && (await isProjected(services, eventLog, ask, config.HOLDFAST_INSTANCE))) return;
    await pause.wait(limits.pollMs);
  }
}

interface Checkpoint {
  readonly projection: string;
  readonly topic: string;
  readonly partition: number;
  readonly next_offset: string;
}

async function isProjected(
  services: readonly AuditedService[],
  eventLog: EventLog,
  ask: Ask,
  instance: string,
): Promise<boolean> {
  const text = 'select projection, topic, partition, next_offset from live_checkpoints';
  const checkpoints = await ask<Checkpoint>(text, []);
  for (const { name } of services) {
    const topic = eventTopic(name, instance);
    for (const { partition, high } of await eventLog.marks(topic)) {
      const readers = projections.filter((one) => one.services.includes(name));
      const here = checkpoints.filter((one) => one.topic === topic && one.partition === partition);
      const isDone = readers.every((reader) =>
        here.some((one) => one.projection === reader.name && BigInt(one.next_offset) >= high),
      );
      if (!isDone) return false;
    }
  }
  return true;
}

interface ServicePart {
  readonly name: string;
  readonly content: LogContent;
  readonly events: number;
  readonly violations: readonly AuditViolation[];
}

async function auditService(
  service: AuditedService,
  { config }: AuditOptions,
  eventLog: EventLog,
): Promise<ServicePart> {
  const { name, source } = service;
  const topic = eventTopic(name, config.HOLDFAST_INSTANCE);
  const reading = { eventLog, topic, groupPrefix: 'projector-audit', timeoutMs: limits.readMs };
  const content = await readLog({ ...reading, service: name });
  const table = await auditTable(name, source, content);
  const broken = (await service.identities?.()) ?? [];
  const violations = [...content.violations, ...table.violations, ...broken];
  return { name, content, events: table.events, violations };
}

/** Every event of the log must be in every read model that reads its service; nothing may wait as a dead letter. */
async function auditReadModels(ask: Ask, parts: readonly ServicePart[]) {
  const applied = await appliedEvents(ask);
  const violations: AuditViolation[] = [];
  let projected = 0;
  for (const { name, content } of parts) {
    const readers = projections.filter((one) => one.services.includes(name));
    for (const [id, { contentHash }] of content.events) {
      const lacking = readers.filter((one) => applied.get(`${one.name} ${id}`) !== contentHash);
      if (lacking.length === 0) projected += 1;
      const detail = lacking.map((one) => one.name).join(', ');
      if (detail !== '') {
        violations.push({ code: 'NOT_PROJECTED', service: name, subject: id, detail });
      }
    }
  }
  return { projected, violations: [...violations, ...(await waiting(ask))] };
}

async function appliedEvents(ask: Ask): Promise<ReadonlyMap<string, string>> {
  const text = `select projection || ' ' || aggregate_id || ':' || seq as id, hash from live_applied_events`;
  const rows = await ask<{ id: string; hash: string }>(text, []);
  return new Map(rows.map(({ id, hash }) => [id, hash]));
}

async function waiting(ask: Ask): Promise<AuditViolation[]> {
  const rows = await ask<{ code: string; subject: string; detail: string; service: string }>(
    `select 'DEAD_LETTER' as code, projection as service, aggregate_id || ':' || seq as subject,
       reason || ' ' || detail as detail from live_dead_letters
     union all
     select halt_code, projection, topic || '/' || partition, halt_detail from live_checkpoints
       where halt_code is not null`,
    [],
  );
  return rows;
}
