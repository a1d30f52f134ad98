import type { Ask } from './store';
import type { Vaults } from '../platform/host/hosted-service';
import { noKeys } from '../platform/host/sealed-store';
import { openReadModelStore } from './store';
import type { Config } from '../platform/runtime/config';
import { keyIdOf } from '../platform/security/keys/envelope';
import type { Keyring } from '../platform/security/keys/vault';
import type { Projection, ReadRow } from '../platform/event-log/projector/projection';
import type { Loaded } from '../platform/cache/cache';
import { rowVersion } from './cached';
import { partitionLags } from './lags';
import type { PartitionLag } from './lags';
import { sagaOverview } from './overview';
import type { OverviewWindow, SagaOverview } from './overview';
import type { SagaTimelineRow } from './saga-timeline';
import { sagaTimeline } from './saga-timeline';
import { sagaConditions } from './saga-filter';
import type { Bind, SagaFilter } from './saga-filter';
import { eraOf, liveName, projectionExpression } from './generations/names';
import { rowSealing } from './rows/sealing';
import type { RowSealing, SealedRow } from './rows/sealing';
import { expressionOf } from './schema';
import { timelineView } from './timeline-view';
import type { TimelineView } from './timeline-view';

/** What every answer carries: how old it is, and whether something it should contain is known to be missing. */
export type Dated<Row> = Row & {
  /** Business time of the youngest event in it, RFC 3339. */
  readonly asOf: string;
  /** A part has not arrived, or waits as a dead letter. */
  readonly incomplete: boolean;
};

/** A page of a list, newest first; `next` continues it and is absent on the last page. */
export interface Page<Row> {
  readonly items: readonly Dated<Row>[];
  readonly next?: string;
}

export interface PageOptions {
  /** `next` of the page before. */
  readonly after?: string;
  /** 1-200. */
  readonly limit: number;
}

/** A row of the saga timeline at one moment. */
export interface SagaPosition {
  /** Which building of the table the row is in; versions of another one say nothing about this one's. */
  readonly generation: string;
  /** Events in the row; 0 for a row that older code wrote. */
  readonly version: number;
}

/**
 * Questions the gateway asks. Each is one statement, which finds the live generation and reads it in one snapshot: a
 * replay that switches meanwhile is not noticed. All answer from PostgreSQL and throw `STORE_UNAVAILABLE` when it is
 * away. What they answer comes out of what is sealed: one row that does not open, on a page as well, is the fault
 * `CIPHERTEXT_REFUSED`, and without keys of `read-models` it is `KEYS_UNAVAILABLE`.
 */
export interface ReadModel {
  /**
   * One row of a projection. The version grows with every change of a row that counts its events, and with every
   * switch of the read model, and never goes back.
   */
  row<Row extends ReadRow>(projection: Projection<Row>, key: string): Promise<Loaded<Dated<Row>>>;
  /** Rows in which members of `listBy` have these values. */
  rows<Row extends ReadRow>(
    projection: Projection<Row>,
    by: Readonly<Record<string, string>>,
    page: PageOptions,
  ): Promise<Page<Row>>;
  sagaTimeline(sagaId: string): Promise<Dated<TimelineView> | undefined>;
  /** The youngest saga of a workflow id. */
  sagaByWorkflowId(workflowId: string): Promise<Dated<TimelineView> | undefined>;
  sagas(options: SagaFilter & PageOptions): Promise<Page<TimelineView>>;
  /** Where the youngest saga of each workflow id is; those that are not there yet are left out. */
  sagaPositions(workflowIds: readonly string[]): Promise<ReadonlyMap<string, SagaPosition>>;
  /** All sagas at once, in three statements. */
  overview(window: OverviewWindow): Promise<SagaOverview>;
  lag(): Promise<readonly PartitionLag[]>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Thrown for an `after` that no page of ours gave out. */
export class CursorInvalid extends Error {
  readonly code = 'CURSOR_INVALID';
}

/** Keys of a process that reads: with `find`, one that is not known yet is asked for before a row is opened. */
export type ReadingKeys = Vaults & Partial<Pick<Keyring, 'find'>>;

/** Opens the read models as this process, which needs no more than the right to select, and the keys to read. */
export function openReadModel(config: Config, keys: ReadingKeys): ReadModel {
  // It asks rows of the store, and nothing that other keys are for: whoever reads lists may not have them.
  const store = openReadModelStore(config, noKeys);
  const own = ['readmodels', config.HOLDFAST_INSTANCE] as const;
  const sealing = rowSealing({ vault: keys.vault('read-models'), own });
  const reading = {
    ask: store.ask,
    sealing,
    prepare: (rows: readonly Found[]) => prepare(keys, rows),
  };
  const timelines = async (filter: SagaFilter, page: PageOptions): Promise<Page<TimelineView>> => {
    const conditions = (bind: Bind) => sagaConditions(filter, bind);
    const found = await list<SagaTimelineRow>(reading, sagaTimeline, { conditions, ...page });
    const { items, ...rest } = found;
    return { items: items.map(presented), ...rest };
  };
  return {
    ping: () => store.ping(),
    close: () => store.close(),
    row: async <Row extends ReadRow>(projection: Projection<Row>, key: string) => {
      const { era, row } = await one<Row>(reading, projection, key);
      return { value: row, version: rowVersion(era, row) };
    },
    rows: <Row extends ReadRow>(
      projection: Projection<Row>,
      by: Readonly<Record<string, string>>,
      page: PageOptions,
    ) => {
      const conditions = (bind: Bind) => conditionsOf(projection, by, bind);
      return list<Row>(reading, projection, { conditions, ...page });
    },
    sagaTimeline: async (sagaId) => {
      const { row } = await one<SagaTimelineRow>(reading, sagaTimeline, sagaId);
      return row && presented(row);
    },
    sagaByWorkflowId: async (workflowId) => {
      return (await timelines({ workflowId }, { limit: 1 })).items[0];
    },
    sagas: ({ after, limit, ...filter }) => {
      return timelines(filter, after === undefined ? { limit } : { after, limit });
    },
    sagaPositions: (workflowIds) => sagaPositions(store.ask, workflowIds),
    overview: (window) => sagaOverview(store.ask, window),
    lag: () => partitionLags(store.ask),
  };
}

function presented(row: Dated<SagaTimelineRow>): Dated<TimelineView> {
  return { ...timelineView(row), asOf: row.asOf, incomplete: row.incomplete };
}

/** Throws RangeError for a member that lists of it are not asked by. */
function conditionsOf(
  { name, listBy }: Pick<Projection, 'name' | 'listBy'>,
  by: Readonly<Record<string, string>>,
  bind: Bind,
): string[] {
  return Object.entries(by).map(([member, value]) => {
    if (!listBy.includes(member)) throw new RangeError(`${name} is not listed by ${member}`);
    return `${expressionOf(member)} = ${bind(value)}`;
  });
}

/** What questions are asked with. */
interface Reading {
  readonly ask: Ask;
  readonly sealing: RowSealing;
  prepare(rows: readonly Found[]): Promise<void>;
}

interface Found extends SealedRow {
  readonly parked: boolean;
}

/** A row is known to be incomplete while an aggregate in it, or an event meant for it, waits as a dead letter. */
const columns = `r.projection, key, listed, sources, as_of, sealed, exists (
    select from dead_letters d where d.projection = r.projection
    and (d.aggregate_id = any(r.sources) or r.key = any(d.row_keys))) as parked`;

/** The projector may know a key for a minute before we do; what cannot be had is told by whoever opens the row. */
async function prepare(keys: ReadingKeys, rows: readonly Found[]): Promise<void> {
  const ids = new Set(rows.flatMap(({ sealed }) => keyIdOf(sealed) ?? []));
  await Promise.allSettled([...ids].map(async (id) => keys.find?.('read-models', id)));
}

function dated<Row extends ReadRow>({ sealing }: Reading, found: Found): Dated<Row> {
  const row = sealing.open<Row>(found);
  const asOf = new Date(found.as_of).toISOString();
  return { ...row, asOf, incomplete: found.parked || row.incomplete === true };
}

async function one<Row extends ReadRow>(
  reading: Reading,
  { name }: Pick<Projection, 'name'>,
  key: string,
): Promise<{ readonly era: number; readonly row: Dated<Row> | undefined }> {
  const text = `select ${columns}, ${eraOf('g')} as era from generations g
    left join read_rows r on r.projection = g.name and r.key = $2
    where g.projection = $1 and g.state = 'live'`;
  const [found] = await reading.ask<FoundOrNot>(text, [name, key]);
  const era = Number(found?.era ?? 0);
  if (found === undefined || found.key === null) return { era, row: undefined };
  await reading.prepare([found]);
  return { era, row: dated<Row>(reading, found) };
}

/** The generation that is read, with the row if it has one. */
type FoundOrNot = { readonly era: string } & (Found | { readonly key: null });

async function list<Row extends ReadRow>(
  reading: Reading,
  { name, orderBy }: Pick<Projection, 'name' | 'orderBy'>,
  asked: PageOptions & { readonly conditions: (bind: Bind) => string[] },
): Promise<Page<Row>> {
  const order = expressionOf(orderBy);
  const { after, limit } = asked;
  const values: unknown[] = [limit + 1];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const conditions = asked.conditions(bind);
  if (after !== undefined) {
    const [place, key] = cursorOf(after);
    conditions.push(`(${order}, key) < (${bind(place)}, ${bind(key)})`);
  }
  const ofLive = [
    `${projectionExpression('r.projection')} = '${name}'`,
    `r.projection = ${liveName(`'${name}'`)}`,
  ];
  const found = await reading.ask<Found & { readonly place: string }>(
    `select ${columns}, ${order} as place from read_rows r
     where ${[...ofLive, ...conditions].join(' and ')}
     order by ${order} desc, key desc limit $1`,
    values,
  );
  const items = found.slice(0, limit);
  await reading.prepare(items);
  const last = found.length > limit ? items.at(-1) : undefined;
  const next = last && cursorAt(last);
  return {
    items: items.map((row) => dated<Row>(reading, row)),
    ...(next === undefined ? {} : { next }),
  };
}

function cursorAt({ place, key }: { readonly place: string; readonly key: string }): string {
  return Buffer.from(JSON.stringify([place, key])).toString('base64url');
}

function cursorOf(after: string): readonly [string, string] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(after, 'base64url').toString());
    if (Array.isArray(parsed) && parsed.length === 2) {
      const [place, key] = parsed as unknown[];
      if (typeof place === 'string' && typeof key === 'string') return [place, key];
    }
  } catch (error) {
    throw new CursorInvalid('the cursor cannot be read', { cause: error });
  }
  throw new CursorInvalid('the cursor is none of ours');
}

/** Nothing is opened: what is asked for stands clear beside what is sealed. Older sagas of an id are passed over. */
async function sagaPositions(ask: Ask, workflowIds: readonly string[]) {
  const workflowId = expressionOf('workflowId');
  const rows = await ask<SagaPosition & { readonly workflowId: string }>(
    `select distinct on (1) ${workflowId} as "workflowId", r.projection as generation,
       coalesce(nullif(${expressionOf('version')}, ''), '0')::int as version
     from read_rows r
     where ${projectionExpression('r.projection')} = '${sagaTimeline.name}'
       and r.projection = ${liveName(`'${sagaTimeline.name}'`)} and ${workflowId} = any($1)
     order by 1, ${expressionOf(sagaTimeline.orderBy)} desc, key desc`,
    [workflowIds],
  );
  return new Map(
    rows.map(({ workflowId: id, generation, version }) => [id, { generation, version }]),
  );
}
