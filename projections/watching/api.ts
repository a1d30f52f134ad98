import type { EventLog } from '../../platform/event-log/kafka';
import { lastEvents } from '../../platform/event-log/finding/find';
import type { Found } from '../../platform/event-log/finding/find';
import { LogError } from '../../platform/event-log/ports';
import { TopicReadTimeout } from '../../platform/event-log/read-topic';
import { eventTopic } from '../../platform/event-log/topics';
import { serviceApi } from '../../platform/host/hosted-service';
import type { ServiceApi } from '../../platform/host/hosted-service';
import { problem } from '../../platform/http/problem';
import type { Call } from '../../platform/security/operations';
import { watchedProjections } from './lag';
import type { WatchParts } from './lag';
import { watchLimits, watchOperations } from './operations';

export interface WatchApiParts extends WatchParts {
  readonly eventLog: Pick<EventLog, 'marks' | 'cutAt' | 'startConsumer'>;
  /** Services that tell events, and the name of the instance, which ends their topics. */
  readonly services: readonly string[];
  readonly instance: string;
  readonly now?: () => number;
}

/** Groups of this prefix are ours: `projector` may read under names that begin so. */
const groupPrefix = 'projector-watch';

type EventsQuery = Call<(typeof watchOperations)['listEvents']>['query'];

function topicsOf({ services, instance }: WatchApiParts, service: string | undefined): string[] {
  if (service !== undefined && !services.includes(service)) {
    throw problem('NOT_FOUND', { detail: `nobody tells events as ${service}` });
  }
  return services
    .filter((name) => service === undefined || name === service)
    .map((name) => eventTopic(name, instance));
}

/** All events of an aggregate are in one partition, which is read as a whole; anything else has a beginning in time. */
function beginOf({ now = Date.now }: WatchApiParts, query: EventsQuery): number | undefined {
  if (query.since !== undefined) return Date.parse(query.since);
  const isFiltered = query.saga !== undefined || query.type !== undefined;
  return query.aggregate === undefined && isFiltered ? now() - watchLimits.sinceMs : undefined;
}

/** A log that is away may be asked again; anything else is a mistake of ours, and is thrown on as one. */
function logFailed(cause: unknown): never {
  const isAway = cause instanceof LogError || cause instanceof TopicReadTimeout;
  if (!isAway) throw cause;
  throw problem('SERVICE_UNAVAILABLE', { detail: 'the log does not answer', cause });
}

async function events(parts: WatchApiParts, query: EventsQuery) {
  const { eventLog } = parts;
  const { aggregate: aggregateId, saga, type, limit } = query;
  const topics = topicsOf(parts, query.service);
  const wanted = { aggregateId, saga, type, sinceMs: beginOf(parts, query), limit };
  const reading = { eventLog, topics, groupPrefix, read: () => undefined };
  const { found } = await lastEvents(reading, wanted).catch(logFailed);
  return { body: { events: found.map(flat) } };
}

/** As `holdfast events --json` has it. */
const flat = ({ event, time, ...place }: Found) => ({ recordedTime: time, ...event, ...place });

/** What people watch of the log and of the read models, for the process that follows the one and owns the others. */
export function openWatchApi(parts: WatchApiParts): ServiceApi {
  return serviceApi(watchOperations, {
    listProjections: async () => ({ body: { projections: await watchedProjections(parts) } }),
    listEvents: ({ query }) => events(parts, query),
  });
}
