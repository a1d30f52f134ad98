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
import { keyOrOwn } from '../../platform/http/idempotency-key';
import { actIdOf, pseudonymOf } from '../../platform/security/pseudonym';
import { watchedProjections } from './lag';
import type { WatchParts } from './lag';
import { watchLimits, watchOperations } from './operations';
import type { Rebuilds } from './rebuild';

export interface WatchApiParts extends WatchParts {
  readonly eventLog: Pick<EventLog, 'marks' | 'cutAt' | 'startConsumer'>;
  /** Services that tell events, and the name of the instance, which ends their topics. */
  readonly services: readonly string[];
  readonly instance: string;
  /** Issuer of the tokens: part of every pseudonym. */
  readonly issuer: string;
  readonly rebuilds: Rebuilds;
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

type RebuildCall = Call<(typeof watchOperations)['rebuildProjection']>;

/** The same key and body of one person are the same rebuild; without a key each call is its own. */
async function rebuild({ names, issuer, rebuilds }: WatchApiParts, call: RebuildCall) {
  const { name } = call.params;
  if (!names.includes(name)) throw problem('NOT_FOUND', { detail: `no read model is ${name}` });
  const { subject } = call.principal;
  const key = keyOrOwn(call.request);
  const id = actIdOf(['rebuild', name, subject, key, call.body]);
  const act = { id, by: pseudonymOf(issuer, subject), ...call.body };
  const { begunAt, isRepeat } = await rebuilds.begin(name, act);
  const headers = isRepeat ? { headers: { 'idempotent-replayed': 'true' } } : {};
  return { status: 202, body: { projection: name, begunAt }, ...headers };
}

/** As `holdfast events --json` has it. */
const flat = ({ event, time, ...place }: Found) => ({ recordedTime: time, ...event, ...place });

/** What people watch of the log and of the read models, for the process that follows the one and owns the others. */
export function openWatchApi(parts: WatchApiParts): ServiceApi {
  return serviceApi(watchOperations, {
    listProjections: async () => ({ body: { projections: await watchedProjections(parts) } }),
    rebuildProjection: (call) => rebuild(parts, call),
    listEvents: ({ query }) => events(parts, query),
  });
}
