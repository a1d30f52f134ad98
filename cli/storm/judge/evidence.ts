import { ownedServices } from '../../owned-services';
import { openLog } from '../../process-access';
import { readLog } from '../../../platform/event-log/audit';
import { eventId } from '../../../platform/event-log/envelope';
import { eventTopic } from '../../../platform/event-log/topics';
import { openSealedStores } from '../../../platform/host/sealed-store';
import { aggregatePages } from '../../../platform/outbox/aggregate-pages';
import { mapAtOnce } from '../../../platform/outbox/map-at-once';
import type { ServiceStore, StoredEvent } from '../../../platform/outbox/ports';
import { wholeHistory } from '../../../platform/event-log/audit';
import { createSagaRecords } from '../../../platform/participant/saga-records';
import type { StepRow } from '../../../platform/participant/saga-records';
import { parseConfig } from '../../../platform/runtime/config';
import { sagaAggregate } from '../../../platform/saga/journal/state';
import type { JournalEntry } from '../../../platform/saga/journal/state';
import type { Diary } from '../load/ticket';

/** An event as its service's own table has it. */
export type TableEvent = StoredEvent & { readonly service: string };

/** A row of a fence, and whose it is. */
export type FenceRow = StepRow & { readonly participant: string };

/** What nobody can talk away: read once, after all has come to rest. */
export interface Evidence {
  /** The journal's word on each saga, by workflow id. */
  readonly entries: ReadonlyMap<string, JournalEntry>;
  readonly events: readonly TableEvent[];
  /** When an event was first in the log, milliseconds since 1970, by service and event id. */
  readonly logged: ReadonlyMap<string, number>;
  /** Records of the log beyond the first of each event. */
  readonly repeats: number;
  /** The fences' rows of each saga, by saga id. */
  readonly rows: ReadonlyMap<string, readonly FenceRow[]>;
}

const limits = { pageMax: 200, atOnce: 12, readMs: 60_000 } as const;

/** Name under which the log has an event. */
export const loggedAs = ({
  service,
  aggregateId,
  seq,
}: Pick<TableEvent, 'service' | 'aggregateId' | 'seq'>) =>
  `${service} ${eventId({ aggregateId, seq })}`;

/** Reads journal, events tables, topics and fences, each with the identity of the process that owns it. */
export async function readEvidence(
  environmentFor: (name: string) => Record<string, string>,
): Promise<Evidence> {
  const opened = await openSealedStores(
    ownedServices.map(({ process, service }) => {
      return { service, config: parseConfig(environmentFor(process)) };
    }),
  );
  const stores = opened.map((store, at) => ({ name: ownedServices[at]!.service.name, store }));
  try {
    const events = await tableEvents(stores);
    const { logged, repeats } = await logTimes(environmentFor);
    const entries = await journalEntries(stores);
    const rows = await fenceRows(stores, [...entries.values()]);
    return { entries, events, logged, repeats, rows };
  } finally {
    await Promise.all(stores.map(({ store }) => store.close()));
  }
}

interface Opened {
  readonly name: string;
  readonly store: ServiceStore<unknown>;
}

async function tableEvents(stores: readonly Opened[]): Promise<readonly TableEvent[]> {
  const events: TableEvent[] = [];
  for (const { name, store } of stores) {
    for await (const event of wholeHistory(store)) events.push({ ...event, service: name });
  }
  return events;
}

async function logTimes(environmentFor: (name: string) => Record<string, string>) {
  const config = parseConfig(environmentFor('projector'));
  const eventLog = openLog(config, 'storm');
  const logged = new Map<string, number>();
  let repeats = 0;
  try {
    for (const { service } of ownedServices) {
      const { name } = service;
      const topic = eventTopic(name, config.HOLDFAST_INSTANCE);
      const reading = { eventLog, topic, groupPrefix: 'projector-storm', timeoutMs: limits.readMs };
      const content = await readLog({ ...reading, service: name });
      repeats += content.records - content.events.size;
      for (const [id, { recordedTime }] of content.events) {
        logged.set(`${name} ${id}`, Date.parse(recordedTime));
      }
    }
    return { logged, repeats };
  } finally {
    await eventLog.close();
  }
}

async function journalEntries(stores: readonly Opened[]) {
  const entries = new Map<string, JournalEntry>();
  const journal = stores.find(({ name }) => name === 'sagas');
  if (journal === undefined) throw new Error('there is no journal among the services');
  for await (const page of aggregatePages(journal.store, { limitMax: limits.pageMax })) {
    for (const { state } of page as readonly { readonly state: JournalEntry }[]) {
      if (state.kind === 'saga') entries.set(state.workflowId, state);
    }
  }
  return entries;
}

async function fenceRows(stores: readonly Opened[], entries: readonly JournalEntry[]) {
  const participants = stores.filter(({ name }) => name !== 'sagas');
  const rows = await mapAtOnce(entries, limits.atOnce, async ({ sagaId }) => {
    return [sagaId, await rowsOf(participants, sagaId)] as const;
  });
  return new Map<string, readonly FenceRow[]>(rows);
}

async function rowsOf(participants: readonly Opened[], sagaId: string) {
  const found: FenceRow[] = [];
  for (const { name, store } of participants) {
    const { rows } = await createSagaRecords(store, () => new Date()).rows({ sagaId });
    found.push(...rows.map((row) => ({ ...row, participant: name })));
  }
  return found;
}

/** What belongs to the sagas of a diary and to their children: on a stack where others work too. */
export function onlyOf({ tickets }: Pick<Diary, 'tickets'>, evidence: Evidence): Evidence {
  const ours = new Set(tickets.map(({ workflowId }) => workflowId));
  const mine = [...evidence.entries.values()].filter((entry) => {
    // The id of a saga begins with that of its workflow; a child's workflow id with that of its parent's saga.
    const { parent, workflowId } = entry;
    const root = (parent?.sagaId ?? workflowId).split('/')[0] ?? '';
    return ours.has(root);
  });
  const journaled = new Set(mine.map(({ workflowId }) => sagaAggregate(workflowId)));
  const sagaIds = new Set(mine.map(({ sagaId }) => sagaId));
  return {
    ...evidence,
    entries: new Map(mine.map((entry) => [entry.workflowId, entry])),
    events: evidence.events.filter(
      ({ sagaId, service, aggregateId }) =>
        (sagaId !== undefined && sagaIds.has(sagaId)) ||
        (service === 'sagas' && journaled.has(aggregateId)),
    ),
  };
}
