import type { ServiceStore } from '../../outbox/ports';
import type { AuditFinding } from '../codes';
import { brokenRulesOf } from '../family';
import type { BrokenRule, Family, SagaAudit } from '../family';
import type { EventKey, Ledger } from '../ledger/port';

/** What a judge of sagas needs. */
export interface Judging {
  readonly ledger: Pick<Ledger, 'seen' | 'endedFamilies'>;
  readonly sagas: readonly SagaAudit[];
  readonly stores: readonly {
    readonly name: string;
    readonly store: Pick<ServiceStore<unknown>, 'stepRecordsOf'>;
  }[];
  readonly now: () => number;
  readonly limitMax: number;
}

/** What was decided about ended sagas; those in neither are looked at again. */
export interface Judgement {
  readonly judged: readonly string[];
  readonly findings: readonly AuditFinding[];
}

/**
 * Judges sagas that have ended, once everything that was committed before their end was seen has been read from every
 * log. A saga that breaks a rule then is held against the participants' own records of its steps, and told only where
 * the log has shown every event that they name.
 */
export function openJudge({ ledger, sagas, stores, now, limitMax }: Judging) {
  const since = new Map<string, number>();
  return async (clearedMs: number): Promise<Judgement> => {
    const judged: string[] = [];
    const findings: AuditFinding[] = [];
    for (const family of await ledger.endedFamilies(limitMax)) {
      const { workflowId } = family;
      const sinceMs = since.get(workflowId) ?? now();
      since.set(workflowId, sinceMs);
      if (sinceMs >= clearedMs) continue;
      const broken = brokenRulesOf(family, sagas);
      if (broken.length > 0 && !(await isComplete(family, { ledger, stores }))) continue;
      findings.push(...broken.map((rule) => findingOf(family, rule)));
      judged.push(workflowId);
      since.delete(workflowId);
    }
    return { judged, findings };
  };
}

/** Every event that a participant remembers of a step of these sagas is in the ledger. */
async function isComplete(
  { events, sagaId }: Family,
  { ledger, stores }: Pick<Judging, 'ledger' | 'stores'>,
): Promise<boolean> {
  const sagaIds = new Set(events.map((event) => event.sagaId ?? ''));
  if (sagaId !== undefined) sagaIds.add(sagaId);
  for (const { name, store } of stores) {
    for (const id of sagaIds) {
      const records = await store.stepRecordsOf(id);
      const named: EventKey[] = records.flatMap(({ effect }) => [...effect]);
      if (named.length === 0) continue;
      const seen = await ledger.seen(name, named);
      if (named.some(({ aggregateId, seq }) => !seen.has(`${aggregateId}:${seq}`))) return false;
    }
  }
  return true;
}

function findingOf({ workflowId, sagaId }: Family, { rule, detail }: BrokenRule): AuditFinding {
  const saga = sagaId === undefined ? {} : { sagaId };
  return { code: rule, service: 'sagas', subject: workflowId, ...saga, detail };
}
