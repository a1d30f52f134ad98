import { Counter, Gauge } from 'prom-client';
import { observeDeadLetters } from '../platform/event-log/letters/metrics';
import { startProjector } from '../platform/event-log/projector';
import type { Projector } from '../platform/event-log/projector';
import { projectorMetrics } from '../platform/event-log/projector/metrics';
import { eventTopic } from '../platform/event-log/topics';
import { keepTrying } from '../platform/host/keep-trying';
import { prepareTables } from '../platform/host/prepare-tables';
import type { ServiceParts } from '../platform/host/service-parts';
import { consumerName, reactionProjection } from '../platform/reactions/projection';
import { isStarting, isTelling } from '../platform/reactions/reaction';
import type { Reaction } from '../platform/reactions/reaction';
import { startStarter } from '../platform/reactions/starter';
import type {
  Pending,
  ReactionOutcome,
  Starter,
  StarterOptions,
} from '../platform/reactions/starter';
import { fromZero } from '../platform/runtime/from-zero';
import { metricNames } from '../platform/runtime/metric-names';
import { sagaAggregate } from '../platform/saga/journal/state';
import type { JournalEntry } from '../platform/saga/journal/state';
import { openReactionEngine } from './engine';
import type { ReactionEngine } from './engine';
import type { ReactionStore } from './store';

/** What the reactor is built from: parts of the orchestrator's process, the journal's store among them. */
export interface ReactorParts extends Pick<
  ServiceParts,
  | 'config'
  | 'log'
  | 'metrics'
  | 'schemas'
  | 'eventLog'
  | 'store'
  | 'dataConverter'
  | 'keys'
  | 'tracing'
> {
  readonly reactions: readonly Reaction[];
  readonly records: ReactionStore;
  /** Writes down whom an event is to be sent to. */
  readonly notify: NonNullable<StarterOptions['notify']>;
}

/** The reactor at work. */
export interface Reactor {
  stop(): Promise<void>;
}

/**
 * Follows the log with every reaction and starts what is to be started, for as long as the process lives. What is away
 * is waited for: nothing else in the process depends on it. Several may run; each partition has one reader.
 */
export function startReactor(parts: ReactorParts): Reactor {
  const { config, log, records } = parts;
  const stopping = new AbortController();
  const observers = observersOf(parts);
  const engine = openReactionEngine(config, {
    sagas: parts.reactions.flatMap((one) => (isStarting(one) ? [one.starts.name] : [])),
    ...{ dataConverter: parts.dataConverter, keys: parts.keys, tracing: parts.tracing },
  });
  let running: { readonly projectors: readonly Projector[]; readonly starter: Starter } | undefined;
  const begun = keepTrying(
    async () => {
      await prepareTables(records.tablesOf(), config);
      return Promise.all(parts.reactions.map((one) => records.since(one)));
    },
    { name: 'reactions', log, stopping: stopping.signal },
  ).then((since) => {
    if (since === undefined || stopping.signal.aborted) return;
    const projectors = parts.reactions.map((reaction, index) =>
      follow(parts, reaction, { since: since[index] ?? '', observe: observers.projector }),
    );
    running = { projectors, starter: beginStarts(parts, engine, observers) };
  });
  return {
    async stop() {
      stopping.abort();
      await begun;
      await running?.starter.stop();
      await Promise.all((running?.projectors ?? []).map((projector) => projector.stop()));
      await Promise.all([engine.close(), records.close()]);
    },
  };
}

interface Following {
  readonly since: string;
  readonly observe: ReturnType<typeof projectorMetrics>;
}

function follow(parts: ReactorParts, reaction: Reaction, { since, observe }: Following): Projector {
  const { eventLog, schemas, log, records: store } = parts;
  const instance = parts.config.HOLDFAST_INSTANCE;
  const name = consumerName(reaction);
  return startProjector({
    ...{ projection: reactionProjection(reaction, since), eventLog, store, schemas },
    topics: [eventTopic(reaction.service, instance)],
    groupId: `reactor-${reaction.name}${instance === '' ? '' : `-${instance}`}`,
    log: log.child({ projection: name }),
    observe: observe(name),
  });
}

function beginStarts(
  { reactions, records, log, store, notify }: ReactorParts,
  engine: ReactionEngine,
  { started, waiting, unread }: Omit<ReturnType<typeof observersOf>, 'projector'>,
): Starter {
  const reactionOf = (pending: Pending): Reaction => {
    const reaction = reactions.find((one) => consumerName(one) === pending.reaction);
    if (reaction === undefined) throw new Error(`the reaction ${pending.reaction} is gone`);
    return reaction;
  };
  const changed = ({ reaction }: Pending) =>
    new Error(`the reaction ${reaction} does another thing now than when its event came`);
  return startStarter({
    ...{ records: records.records, log, observe: started, waiting, unread, notify },
    async start(pending) {
      const reaction = reactionOf(pending);
      if (!isStarting(reaction)) throw changed(pending);
      return engine.start(pending, reaction.starts);
    },
    async tell(pending, aim) {
      const reaction = reactionOf(pending);
      if (!isTelling(reaction)) throw changed(pending);
      return engine.tell(pending, reaction, aim);
    },
    async isTaken(workflowId, jti) {
      const found = await store.readAggregate(sagaAggregate(workflowId));
      return jti in ((found?.state as JournalEntry | undefined)?.acts ?? {});
    },
    isJournaled: async (workflowId) =>
      (await store.readAggregate(sagaAggregate(workflowId))) !== undefined,
  });
}

function observersOf({ metrics: { registry }, records, reactions }: ReactorParts) {
  observeDeadLetters(registry, records);
  const starts = new Counter({
    name: metricNames.reactionStarts,
    help: 'Sagas that events started or told something, by reaction and how it went',
    labelNames: ['reaction', 'outcome'],
    registers: [registry],
  });
  fromZero(starts, { reaction: reactions.map(({ name }) => name), outcome: ['started', 'failed'] });
  const pending = new Gauge({
    name: metricNames.reactionsPending,
    help: 'Events whose saga is to be started or told now',
    registers: [registry],
  });
  return {
    projector: projectorMetrics(registry),
    waiting: (rows: number) => pending.set(rows),
    unread: () => starts.inc({ reaction: 'any', outcome: 'unread' }),
    started: (reaction: string, outcome: ReactionOutcome) => starts.inc({ reaction, outcome }),
  };
}
