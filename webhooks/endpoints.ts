import { webhookLimits } from '../platform/webhooks/limits';
import { killPending } from './finish';
import type { EndpointSecrets, WebhookSealing } from './sealing';
import type { AskRows, Database } from './store';

/** Why an endpoint is sent nothing. */
export type DisabledFor = 'OWNER' | 'OPERATOR' | 'GONE' | 'FAILING';

/** A place that hears of its owner's sagas. */
export interface Endpoint extends EndpointSecrets {
  readonly id: string;
  /** Pseudonym. */
  readonly owner: string;
  readonly events: readonly string[];
  /** Types of sagas; none: all of them. */
  readonly sagas: readonly string[];
  readonly state: 'enabled' | 'disabled';
  readonly disabledFor?: DisabledFor;
  readonly requestHash: string;
  readonly rotatedBy?: string;
  readonly createdAt: Date;
  readonly failingSince?: Date;
}

/** An endpoint as it is asked for at first. */
export type NewEndpoint = Pick<
  Endpoint,
  'id' | 'owner' | 'events' | 'sagas' | 'url' | 'secret' | 'requestHash'
>;

/** Whose endpoints, and which part of the list. */
export interface EndpointFilter {
  readonly owner?: string | undefined;
  /** Id of the last one of the part before. */
  readonly after?: string | undefined;
  readonly limitMax: number;
}

/** What owners and operators do with endpoints. */
export interface WebhookEndpoints {
  /** `full` where the owner has as many as there may be; an id that is there stays as it is. */
  create(one: NewEndpoint): Promise<Endpoint | 'full'>;
  endpoint(id: string): Promise<Endpoint | undefined>;
  endpoints(filter: EndpointFilter): Promise<readonly Endpoint[]>;
  /** With everything that is to be sent to it. */
  remove(id: string): Promise<void>;
  /** A new secret, once for each act; the one before signs beside it for a day. */
  rotate(id: string, told: { readonly act: string; readonly secret: string }): Promise<Endpoint>;
  /** What waits for an endpoint that is disabled is given up: it can be asked for again. */
  turn(id: string, to: DisabledFor | 'enabled'): Promise<void>;
}

interface Row {
  readonly id: string;
  readonly owner: string;
  readonly events: string[];
  readonly sagas: string[];
  readonly sealed: string;
  readonly state: 'enabled' | 'disabled';
  readonly disabled_for: DisabledFor | null;
  readonly request_hash: string;
  readonly rotated_by: string | null;
  readonly created_at: Date;
  readonly failing_since: Date | null;
}

function endpointOf(sealing: WebhookSealing, row: Row): Endpoint {
  const { id, owner, events, sagas, state, request_hash: requestHash } = row;
  return {
    ...{ id, owner, events, sagas, state, requestHash, createdAt: row.created_at },
    ...(row.disabled_for === null ? {} : { disabledFor: row.disabled_for }),
    ...(row.rotated_by === null ? {} : { rotatedBy: row.rotated_by }),
    ...(row.failing_since === null ? {} : { failingSince: row.failing_since }),
    ...sealing.openEndpoint({ id, owner }, row.sealed),
  };
}

const byId = 'select * from webhook_endpoints where id = $1';

/** Endpoints over their table. */
export function endpointsIn(database: Database, sealing: WebhookSealing): WebhookEndpoints {
  const { ask, together } = database;
  const opened = (rows: readonly Row[]) => rows.map((row) => endpointOf(sealing, row));
  return {
    create: (one) => together((within) => create(within, sealing, one)),
    endpoint: async (id) => opened(await ask<Row>(byId, [id]))[0],
    async endpoints({ owner = null, after = '', limitMax }) {
      const sql = `select * from webhook_endpoints
        where ($1::text is null or owner = $1) and id > $2 order by id limit $3`;
      return opened(await ask<Row>(sql, [owner, after, limitMax]));
    },
    remove: async (id) => void (await ask('delete from webhook_endpoints where id = $1', [id])),
    rotate: (id, { act, secret }) =>
      together(async (within) => {
        const [before] = opened(await within<Row>(`${byId} for update`, [id]));
        if (before === undefined) throw new Error(`the webhook ${id} is gone`);
        if (before.rotatedBy === act) return before;
        const until = new Date(Date.now() + webhookLimits.oldSecretMs).toISOString();
        const secrets = { url: before.url, secret, old: { secret: before.secret, until } };
        const sql = `update webhook_endpoints set sealed = $2, rotated_by = $3 where id = $1`;
        await within(sql, [id, sealing.sealEndpoint(before, secrets), act]);
        return { ...before, ...secrets, rotatedBy: act };
      }),
    turn: (id, to) =>
      together(async (within) => {
        const state = to === 'enabled' ? to : 'disabled';
        const reason = to === 'enabled' ? null : to;
        const sql = `update webhook_endpoints
          set state = $2, disabled_for = $3, failing_since = null where id = $1`;
        await within(sql, [id, state, reason]);
        if (state === 'disabled') await killPending(within, id);
      }),
  };
}

async function create(
  ask: AskRows,
  sealing: WebhookSealing,
  one: NewEndpoint,
): Promise<Endpoint | 'full'> {
  const { id, owner, events, sagas, url, secret, requestHash } = one;
  // Two creations of one owner at a time would both find room.
  await ask('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`webhooks of ${owner}`]);
  const sql = `insert into webhook_endpoints (id, owner, events, sagas, sealed, request_hash)
    select $1, $2, $3, $4, $5, $6
    where (select count(*) from webhook_endpoints where owner = $2) < $7
    on conflict (id) do nothing`;
  const sealed = sealing.sealEndpoint({ id, owner }, { url, secret });
  await ask(sql, [id, owner, events, sagas, sealed, requestHash, webhookLimits.endpointsMax]);
  const [row] = await ask<Row>(byId, [id]);
  return row === undefined ? 'full' : endpointOf(sealing, row);
}
