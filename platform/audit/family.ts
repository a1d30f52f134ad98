import type { LogEvent } from '../event-log/envelope';

/** What an audit keeps of an event until the saga it belongs to was judged. */
export type FamilyEvent = Pick<
  LogEvent,
  'service' | 'aggregateId' | 'seq' | 'type' | 'data' | 'sagaId' | 'step'
>;

/** A saga that has ended, with the sagas that were steps of it: everything its participants recorded for it. */
export interface FinishedFamily {
  readonly outcome: string;
  /** Of participants, in the order of the log per aggregate. */
  readonly events: readonly FamilyEvent[];
}

/** A rule across services that a finished saga broke. */
export interface BrokenRule {
  /** Closed code, for example `CAPTURED_EQUALS_CONFIRMED`. */
  readonly rule: string;
  readonly detail: string;
}

/** What must be true across services once a type of saga has ended; pure. */
export interface SagaAudit {
  readonly saga: string;
  /** Every broken rule; an empty list is a clean end. */
  broken(family: FinishedFamily): readonly BrokenRule[];
}

/** Everything the log says so far about one family of sagas. */
export interface Family {
  /** Workflow id of the saga that has no parent; what everything of the family is correlated by. */
  readonly workflowId: string;
  readonly sagaId?: string;
  readonly saga?: string;
  /** Of the saga without a parent. */
  readonly outcome?: string;
  /** Saga ids of those of it that have started and not ended. */
  readonly open: readonly string[];
  /** Saga ids of those of it that wait for a person, with the steps. */
  readonly parked: readonly string[];
  /** People decided about steps by hand, so its effects are not what the saga's rules say. */
  readonly isWaived: boolean;
  readonly events: readonly FamilyEvent[];
}

/** Verbs after which a step need not have had the effect that its saga says it had. */
const byHand: readonly unknown[] = ['skip', 'mark-done-externally', 'retry-with-input', 'deliver'];

const journalService = 'sagas';

/** The family an event belongs to; undefined for what no saga did. */
export function familyIdOf(event: LogEvent): string | undefined {
  const { service, sagaId, correlationId, data } = event;
  if (service === journalService) {
    const own = typeof data.workflowId === 'string' ? data.workflowId : undefined;
    return correlationId ?? own;
  }
  if (sagaId === undefined || sagaId.startsWith('api/')) return undefined;
  return correlationId ?? sagaId.slice(0, sagaId.lastIndexOf('/'));
}

/** A family as it is known after one more event of it. */
export function withEvent(known: Family | undefined, event: LogEvent, workflowId: string): Family {
  const family = known ?? { workflowId, open: [], parked: [], isWaived: false, events: [] };
  if (event.service === journalService) return withRecord(family, event);
  const { service, aggregateId, seq, type, data, sagaId, step } = event;
  const kept: FamilyEvent = {
    ...{ service, aggregateId, seq, type, data },
    ...(sagaId === undefined ? {} : { sagaId }),
    ...(step === undefined ? {} : { step }),
  };
  return { ...family, events: [...family.events, kept] };
}

/** One family of what several services have said of it: the journal says how it went, participants what they did. */
export function wholeOf(parts: readonly Family[]): Family {
  const [first, ...others] = parts;
  if (first === undefined) throw new TypeError('a family without parts');
  return others.reduce(
    (whole, part) => ({
      ...whole,
      ...part,
      open: [...whole.open, ...part.open],
      parked: [...whole.parked, ...part.parked],
      isWaived: whole.isWaived || part.isWaived,
      events: [...whole.events, ...part.events],
    }),
    first,
  );
}

interface EndedStep {
  readonly leftInPlace?: boolean;
  readonly external?: boolean;
}

/** A member that the event's schema says is text. */
function textOf(data: LogEvent['data'], member: string): string {
  const value = data[member];
  return typeof value === 'string' ? value : '';
}

function withRecord(family: Family, { type, data }: LogEvent): Family {
  const sagaId = textOf(data, 'sagaId');
  const place = `${sagaId} ${textOf(data, 'step')}`;
  const isRoot = data.workflowId === family.workflowId && data.parent === undefined;
  switch (type) {
    case 'saga.started':
      return {
        ...{ ...family, open: [...family.open, sagaId] },
        ...(isRoot ? { sagaId, saga: textOf(data, 'saga') } : {}),
      };
    case 'saga.parked':
      return { ...family, parked: [...family.parked, place] };
    case 'saga.unparked':
      return { ...family, parked: without(family.parked, place) };
    case 'saga.recovering':
      return { ...family, parked: family.parked.filter((one) => !one.startsWith(`${sagaId} `)) };
    case 'saga.acted':
      return { ...family, isWaived: family.isWaived || byHand.includes(data.verb) };
    case 'saga.finished':
      return { ...ended(family, data), ...(isRoot ? { outcome: textOf(data, 'outcome') } : {}) };
    default:
      return family;
  }
}

function ended(family: Family, data: LogEvent['data']): Family {
  const listed = (data.steps ?? []) as unknown as readonly EndedStep[];
  const isByHand = listed.some(({ leftInPlace, external }) => leftInPlace ?? external ?? false);
  const open = without(family.open, textOf(data, 'sagaId'));
  return { ...family, open, isWaived: family.isWaived || isByHand };
}

const without = (places: readonly string[], place: string) => places.filter((one) => one !== place);

/** Gathers events of any number of services, each aggregate's in order, into families. */
export function familiesOf(events: Iterable<LogEvent>): ReadonlyMap<string, Family> {
  const families = new Map<string, Family>();
  for (const event of events) {
    const id = familyIdOf(event);
    if (id !== undefined) families.set(id, withEvent(families.get(id), event, id));
  }
  return families;
}

/** What is wrong with a family, where it can be judged: it has ended, its type has rules, nobody went past them. */
export function brokenRulesOf(
  { outcome, saga, isWaived, events }: Family,
  audits: readonly SagaAudit[],
): readonly BrokenRule[] {
  const audit = audits.find((one) => one.saga === saga);
  if (outcome === undefined || isWaived || audit === undefined) return [];
  return audit.broken({ outcome, events });
}
