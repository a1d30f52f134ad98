import { serviceList } from '../../../activities/list';
import type { LogEvent } from '../gateway/answers';
import type { Saga } from '../gateway/saga-answers';

const titles = { mongodb: 'MongoDB', postgresql: 'PostgreSQL', dynamodb: 'DynamoDB' } as const;

/** Which database each service owns, and the journal of sagas. */
export const databases: Readonly<Record<string, string>> = {
  ...Object.fromEntries(serviceList.map(({ name, store }) => [name, titles[store]])),
  sagas: 'PostgreSQL (journal)',
};

/** What one service wrote for a saga. */
export interface Effects {
  readonly service: string;
  readonly database: string;
  readonly events: readonly LogEvent[];
}

/** By time, then by aggregate and number: there is no order between services but that of their clocks. */
export function inTime(events: readonly LogEvent[]): readonly LogEvent[] {
  return [...events].sort(
    (one, other) =>
      Date.parse(one.time) - Date.parse(other.time) ||
      (one.aggregateId < other.aggregateId ? -1 : Number(one.aggregateId > other.aggregateId)) ||
      one.seq - other.seq,
  );
}

/** The events of a saga by the service that wrote them, participants before the journal. */
export function effectsOf(events: readonly LogEvent[]): readonly Effects[] {
  const services = [...new Set(events.map(({ service }) => service))].sort(
    (one, other) => Number(one === 'sagas') - Number(other === 'sagas') || (one < other ? -1 : 1),
  );
  return services.map((service) => ({
    ...{ service, database: databases[service] ?? 'its own database' },
    events: inTime(events.filter((event) => event.service === service)),
  }));
}

/**
 * Joins what the saga's worker says of the present with what only the journal knows: the deadline, and who acted. A
 * member that the worker does not tell is the journal's.
 */
export function joined(saga: Saga | undefined, row: Saga | undefined): Saga | undefined {
  if (saga === undefined || row === undefined) return saga ?? row;
  const isRowYounger = saga.finishedAt === undefined && row.finishedAt !== undefined;
  return isRowYounger ? { ...saga, awaiting: [], ...row } : { ...row, ...saga };
}

const ended = new Set(['completed', 'compensated', 'cancelled']);

export function hasEnded({ state }: Pick<Saga, 'state'>): boolean {
  return ended.has(state);
}

/** What to call with the command line to see a saga's calls and events as a tree. */
export function traceLine(id: string): string {
  return `holdfast trace ${id}`;
}
