import type { Ask } from './store';
import { noKeys } from '../platform/host/sealed-store';
import { openReadModelStore } from './store';
import type { Config } from '../platform/runtime/config';
import type { Projection, ReadRow } from '../platform/event-log/projector/projection';
import type { CustomerOrderRow } from './customer-orders';
import { customerOrders } from './customer-orders';
import type { OrderStatusRow } from './order-status';
import { orderStatus } from './order-status';
import type { SagaTimelineRow } from './saga-timeline';
import { sagaTimeline } from './saga-timeline';
import { sagaConditions } from './saga-filter';
import type { Bind, SagaFilter } from './saga-filter';
import { liveName, projectionExpression } from './generations/names';
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

/** How far one projection is behind in one partition. */
export interface PartitionLag {
  readonly projection: string;
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
  /** Records not applied yet, by the last look at the end of the log. */
  readonly records: number;
  /** When it last moved, RFC 3339. */
  readonly movedAt: string;
  readonly halt?: { readonly code: string; readonly detail: string; readonly since: string };
}

/**
 * Questions the gateway asks. Each is one statement, which finds the live generation and reads it in one snapshot: a
 * replay that switches meanwhile is not noticed. All answer from PostgreSQL and throw `STORE_UNAVAILABLE` when it is
 * away.
 */
export interface ReadModel {
  orderStatus(orderId: string): Promise<Dated<OrderStatusRow> | undefined>;
  customerOrders(customerId: string, page: PageOptions): Promise<Page<CustomerOrderRow>>;
  sagaTimeline(sagaId: string): Promise<Dated<TimelineView> | undefined>;
  /** The youngest saga of a workflow id. */
  sagaByWorkflowId(workflowId: string): Promise<Dated<TimelineView> | undefined>;
  sagas(options: SagaFilter & PageOptions): Promise<Page<TimelineView>>;
  lag(): Promise<readonly PartitionLag[]>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Thrown for an `after` that no page of ours gave out. */
export class CursorInvalid extends Error {
  readonly code = 'CURSOR_INVALID';
}

/** Opens the read models as this process, which needs no more than the right to select. */
export function openReadModel(config: Config): ReadModel {
  const store = openReadModelStore(config, noKeys);
  const { ask } = store;
  const timelines = async (filter: SagaFilter, page: PageOptions): Promise<Page<TimelineView>> => {
    const conditions = (bind: Bind) => sagaConditions(filter, bind);
    const found = await list<SagaTimelineRow>(ask, sagaTimeline, { conditions, ...page });
    const { items, ...rest } = found;
    return { items: items.map(presented), ...rest };
  };
  return {
    ping: () => store.ping(),
    close: () => store.close(),
    orderStatus: (orderId) => one<OrderStatusRow>(ask, orderStatus, orderId),
    customerOrders: (customerId, page) => {
      const conditions = (bind: Bind) => [`${expressionOf('customerId')} = ${bind(customerId)}`];
      return list<CustomerOrderRow>(ask, customerOrders, { conditions, ...page });
    },
    sagaTimeline: async (sagaId) => {
      const row = await one<SagaTimelineRow>(ask, sagaTimeline, sagaId);
      return row && presented(row);
    },
    sagaByWorkflowId: async (workflowId) => {
      return (await timelines({ workflowId }, { limit: 1 })).items[0];
    },
    sagas: ({ after, limit, ...filter }) => {
      return timelines(filter, after === undefined ? { limit } : { after, limit });
    },
    lag: () => lag(ask),
  };
}

function presented(row: Dated<SagaTimelineRow>): Dated<TimelineView> {
  return { ...timelineView(row), asOf: row.asOf, incomplete: row.incomplete };
}

interface Found<Row> {
  readonly key: string;
  readonly row: Row;
  readonly as_of: Date;
  readonly parked: boolean;
}

/** A row is known to be incomplete while an aggregate in it, or an event meant for it, waits as a dead letter. */
const columns = `key, row, as_of, exists (
    select from dead_letters d where d.projection = r.projection
    and (d.aggregate_id = any(r.sources) or r.key = any(d.row_keys))) as parked`;

function dated<Row extends ReadRow>({ row, as_of, parked }: Found<Row>): Dated<Row> {
  return { ...row, asOf: as_of.toISOString(), incomplete: parked || row.incomplete === true };
}

async function one<Row extends ReadRow>(
  ask: Ask,
  { name }: Pick<Projection, 'name'>,
  key: string,
): Promise<Dated<Row> | undefined> {
  const text = `select ${columns} from read_rows r
    where r.projection = ${liveName('$1')} and key = $2`;
  const [found] = await ask<Found<Row>>(text, [name, key]);
  return found && dated(found);
}

async function list<Row extends ReadRow>(
  ask: Ask,
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
  const found = await ask<Found<Row> & { readonly place: string }>(
    `select ${columns}, ${order} as place from read_rows r
     where ${[...ofLive, ...conditions].join(' and ')}
     order by ${order} desc, key desc limit $1`,
    values,
  );
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  const next = last && cursorAt(last);
  return { items: items.map(dated), ...(next === undefined ? {} : { next }) };
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

async function lag(ask: Ask): Promise<readonly PartitionLag[]> {
  const rows = await ask<LagRow>(
    `select projection, topic, partition, next_offset, log_end, updated_at, halt_code, halt_detail,
       halted_at from live_checkpoints order by projection, topic, partition`,
    [],
  );
  return rows.map((row) => ({
    ...{ projection: row.projection, topic: row.topic, partition: row.partition },
    nextOffset: Number(row.next_offset),
    records: Math.max(0, Number(row.log_end) - Number(row.next_offset)),
    movedAt: row.updated_at.toISOString(),
    ...haltOf(row),
  }));
}

interface LagRow {
  readonly projection: string;
  readonly topic: string;
  readonly partition: number;
  readonly next_offset: string;
  readonly log_end: string;
  readonly updated_at: Date;
  readonly halt_code: string | null;
  readonly halt_detail: string | null;
  readonly halted_at: Date | null;
}

function haltOf({ halt_code: code, halt_detail: detail, halted_at: since }: LagRow) {
  if (code === null) return {};
  return { halt: { code, detail: detail ?? '', since: since?.toISOString() ?? '' } };
}
