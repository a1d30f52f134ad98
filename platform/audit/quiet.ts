import { readLog } from '../event-log/audit';
import type { AuditViolation } from '../event-log/audit';
import type { EventLog } from '../event-log/kafka';
import { loadSchemas } from '../event-log/schema-registry';
import type { SchemaRegistry } from '../event-log/schema-registry';
import { eventTopic } from '../event-log/topics';
import type { LogEvent } from '../event-log/envelope';
import type { HostedService } from '../host/hosted-service';
import type { ServiceStore } from '../outbox/ports';
import { rebuildCodes } from '../rebuild/finding/codes';
import { verifyRebuild } from '../rebuild/verify';
import { brokenRulesOf, familiesOf } from './family';
import type { Family, SagaAudit } from './family';

/** A service as an audit at quiescence sees it. */
export interface QuietService {
  readonly service: Pick<HostedService, 'name' | 'evolve'>;
  readonly store: ServiceStore<unknown>;
}

export interface QuietOptions {
  readonly services: readonly QuietService[];
  readonly sagas: readonly SagaAudit[];
  readonly eventLog: EventLog;
  readonly instance: string;
  /** Consumer groups of this prefix must be allowed to us. */
  readonly groupPrefix: string;
}

const limits = { readMs: 60_000, findingsMax: 100 } as const;

/**
 * What only a whole system at rest can be asked: each database equals the fold of its log, every saga has ended or
 * waits for a person (I1, I6, I8), and each that ended left money and goods as its type says (I4). Counts, not samples;
 * cost grows with history.
 */
export async function auditAtRest(options: QuietOptions): Promise<readonly AuditViolation[]> {
  const { services, sagas } = options;
  const schemas = loadSchemas();
  const folds = await Promise.all(services.map((one) => auditFold(one, { ...options, schemas })));
  const families = familiesOf(await allEvents(options));
  return [...folds.flat(), ...[...families.values()].flatMap((one) => judge(one, sagas))];
}

async function auditFold(
  { service, store }: QuietService,
  { eventLog, instance, groupPrefix, schemas }: QuietOptions & { readonly schemas: SchemaRegistry },
): Promise<readonly AuditViolation[]> {
  const { name } = service;
  const { findings } = await verifyRebuild({
    ...{ service: name, topic: eventTopic(name, instance), store, eventLog, groupPrefix },
    ...{ evolve: (state, event) => service.evolve(state, event), schemas },
    findingsMax: limits.findingsMax,
  });
  return findings.map(({ aggregateId, code, seq, detail, field }) => ({
    ...{ code, service: name, subject: `${aggregateId}:${seq}` },
    detail: `${detail}${field === undefined ? '' : ` ${field.pointer}`}; ${rebuildCodes[code].next}`,
  }));
}

async function allEvents(options: QuietOptions): Promise<readonly LogEvent[]> {
  const { eventLog, instance, groupPrefix, services } = options;
  const contents = await Promise.all(
    services.map(({ service: { name } }) =>
      readLog({
        ...{ eventLog, groupPrefix, service: name, timeoutMs: limits.readMs },
        topic: eventTopic(name, instance),
      }),
    ),
  );
  return contents.flatMap(({ events }) => [...events.values()]);
}

function judge(family: Family, sagas: readonly SagaAudit[]): readonly AuditViolation[] {
  const { workflowId, open, parked } = family;
  const told = { service: 'sagas', subject: workflowId };
  const standing = open.filter((sagaId) => !parked.some((one) => one.startsWith(`${sagaId} `)));
  return [
    ...standing.map((sagaId) => {
      return { code: 'SAGA_NOT_ENDED', ...told, detail: `${sagaId} has no terminal record` };
    }),
    ...brokenRulesOf(family, sagas).map(({ rule, detail }) => ({ code: rule, ...told, detail })),
  ];
}
