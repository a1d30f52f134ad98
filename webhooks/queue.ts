import { randomUUID } from 'node:crypto';
import { isFault } from '../platform/kernel/faults';
import { webhookLimits } from '../platform/webhooks/limits';
import { finish } from './finish';
import type { Ended } from './finish';
import type { WebhookSealing } from './sealing';
import type { Database } from './store';

/** Something that is to be sent to one endpoint. */
export interface NewDelivery {
  /** The `webhook-id` of every attempt. */
  readonly id: string;
  readonly endpoint: string;
  readonly type: string;
  readonly saga?: string;
  readonly workflowId?: string;
  /** The bytes that are signed and sent. */
  readonly body: string;
}

/** A delivery as its owner sees it. */
export interface Delivery {
  readonly id: string;
  readonly endpoint: string;
  readonly type: string;
  readonly saga: string | null;
  readonly workflowId: string | null;
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  readonly dueAt: Date;
  readonly lastAt: Date | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** A delivery under its endpoint's lease: nobody else sends to that endpoint while the lease holds. */
export interface Claimed extends Delivery {
  readonly lease: string;
  /** Attempts since somebody asked for it, this one not counted. */
  readonly round: number;
  readonly body: string;
  readonly url: string;
  readonly secret: string;
  readonly old?: { readonly secret: string; readonly until: string };
}

/** Which part of an endpoint's deliveries, the newest first. */
export interface DeliveryFilter {
  readonly state?: Delivery['state'] | undefined;
  readonly after?: string | undefined;
  readonly limitMax: number;
}

/** Deliveries, and whose turn it is. */
export interface WebhookQueue {
  /** Ids of enabled endpoints of the owner that asked for it. */
  subscribers(of: {
    readonly owner: string;
    readonly saga: string;
    readonly type: string;
  }): Promise<readonly string[]>;
  /** Writes it down, once for each id; dead at once where too many wait already. */
  put(one: NewDelivery): Promise<void>;
  delivery(endpoint: string, id: string): Promise<Delivery | undefined>;
  deliveries(endpoint: string, filter: DeliveryFilter): Promise<readonly Delivery[]>;
  /** Due now, and with all its attempts before it again. */
  again(endpoint: string, id: string): Promise<void>;
  /** Leases endpoints that have something due, those that were served longest ago first. */
  claim(what: {
    readonly limitMax: number;
    readonly areFailing: boolean;
  }): Promise<readonly Claimed[]>;
  /** Notes what came of it and gives the endpoint back; nothing where the lease is over. */
  finish(claimed: Claimed, ended: Ended): Promise<void>;
  /** Gives the endpoint back as if nothing had been tried. */
  release(claimed: Pick<Claimed, 'endpoint' | 'lease'>): Promise<void>;
  counts(): Promise<{
    readonly pending: number;
    readonly dead: number;
    readonly oldestDueSeconds: number;
  }>;
  /** Forgets what has ended long ago. */
  forget(): Promise<void>;
}

const columns = `d.id, d.endpoint, d.type, d.saga, d.workflow_id as "workflowId", d.state, d.attempts,
  d.due_at as "dueAt", d.last_at as "lastAt", d.last_status as "lastStatus",
  d.last_error as "lastError", d.created_at as "createdAt", d.ended_at as "endedAt"`;

const put = `
  insert into webhook_deliveries
    (id, endpoint, type, saga, workflow_id, sealed, state, last_error, ended_at)
  select $1, e.id, $3, $4, $5, $6, case when w.room then 'pending' else 'dead' end,
    case when not w.room then 'QUEUE_FULL' end, case when not w.room then now() end
  from webhook_endpoints e, lateral (
    select count(*) < $7 as room from (
      select from webhook_deliveries where endpoint = $2 and state = 'pending' limit $7) as waiting) w
  where e.id = $2 on conflict (id) do nothing`;

/** `skip locked`: two who look at the same moment take different endpoints. */
const lease = `
  with turn as (
    select e.id from webhook_endpoints e
    where e.state = 'enabled' and e.leased_until <= now() and (e.failing_since is not null) = $2
      and exists (select from webhook_deliveries d
        where d.endpoint = e.id and d.state = 'pending' and d.due_at <= now())
    order by e.leased_until, e.id limit $1 for update of e skip locked)
  update webhook_endpoints e
  set lease = $3, leased_until = now() + $4 * interval '1 millisecond'
  from turn where e.id = turn.id returning e.id, e.owner, e.sealed`;

/** Asked once the lease is held: whoever held it before has written down what came of theirs. */
const dueOf = `
  select ${columns}, d.round, d.sealed from webhook_deliveries d
  where d.endpoint = $1 and d.state = 'pending' and d.due_at <= now()
  order by d.due_at, d.id limit 1`;

const unreadable = `
  update webhook_deliveries set state = 'dead', last_error = 'UNREADABLE', ended_at = now()
  where id = $1`;

interface Leased {
  readonly id: string;
  readonly owner: string;
  readonly sealed: string;
}

type Due = Delivery & { readonly round: number; readonly sealed: string };

const counts = `
  select count(*) filter (where state = 'pending') as pending,
    count(*) filter (where state = 'dead') as dead,
    coalesce(extract(epoch from now() - min(due_at) filter (where state = 'pending')), 0) as oldest
  from webhook_deliveries where state <> 'delivered'`;

/** Deliveries over their table. */
export function queueIn({ ask, together }: Database, sealing: WebhookSealing): WebhookQueue {
  const release: WebhookQueue['release'] = async ({ endpoint, lease: held }) => {
    const sql = `update webhook_endpoints set lease = null, leased_until = now()
      where id = $1 and lease = $2`;
    await ask(sql, [endpoint, held]);
  };

  async function claimOne({ id, owner, sealed }: Leased, held: string): Promise<Claimed[]> {
    const [due] = await ask<Due>(dueOf, [id]);
    if (due === undefined) {
      await release({ endpoint: id, lease: held });
      return [];
    }
    const { sealed: body, ...rest } = due;
    try {
      const secrets = sealing.openEndpoint({ id, owner }, sealed);
      return [{ ...rest, ...secrets, lease: held, body: sealing.openBody(due, body) }];
    } catch (error) {
      if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;
      // Counted by the vault, where an alarm rings. What cannot be read holds up nobody else, and stays for a person.
      await ask(unreadable, [due.id]);
      return [];
    }
  }

  return {
    async subscribers({ owner, saga, type }) {
      const sql = `select id from webhook_endpoints
        where owner = $1 and state = 'enabled' and $3 = any(events)
          and (cardinality(sagas) = 0 or $2 = any(sagas))`;
      return (await ask<{ id: string }>(sql, [owner, saga, type])).map(({ id }) => id);
    },
    async put({ id, endpoint, type, saga = null, workflowId = null, body }) {
      const sealed = sealing.sealBody({ id, endpoint }, body);
      const values = [id, endpoint, type, saga, workflowId, sealed, webhookLimits.pendingMax];
      await ask(put, values);
    },
    async delivery(endpoint, id) {
      const sql = `select ${columns} from webhook_deliveries d where endpoint = $1 and id = $2`;
      return (await ask<Delivery>(sql, [endpoint, id]))[0];
    },
    deliveries: (endpoint, { state = null, after = null, limitMax }) =>
      ask<Delivery>(
        `select ${columns} from webhook_deliveries d
         where endpoint = $1 and ($2::text is null or state = $2) and ($3::text is null or
           (created_at, id) < (select created_at, id from webhook_deliveries where id = $3))
         order by created_at desc, id desc limit $4`,
        [endpoint, state, after, limitMax],
      ),
    async again(endpoint, id) {
      const sql = `update webhook_deliveries
        set state = 'pending', round = 0, due_at = now(), ended_at = null
        where endpoint = $1 and id = $2`;
      await ask(sql, [endpoint, id]);
    },
    async claim({ limitMax, areFailing }) {
      const held = randomUUID();
      const leased = await ask<Leased>(lease, [limitMax, areFailing, held, webhookLimits.leaseMs]);
      const claimed = await Promise.all(leased.map((one) => claimOne(one, held)));
      return claimed.flat();
    },
    finish: (claimed, ended) => together((within) => finish(within, claimed, ended)),
    release,
    async counts() {
      const [row] = await ask<{ pending: string; dead: string; oldest: string }>(counts, []);
      const { pending = 0, dead = 0, oldest = 0 } = row ?? {};
      const oldestDueSeconds = Math.max(0, Number(oldest));
      return { pending: Number(pending), dead: Number(dead), oldestDueSeconds };
    },
    async forget() {
      const sql = `delete from webhook_deliveries where id in (
        select id from webhook_deliveries where state = $1 and ended_at < $2
        order by ended_at limit 1000)`;
      const before = (keptMs: number) => new Date(Date.now() - keptMs);
      await ask(sql, ['delivered', before(webhookLimits.keptDeliveredMs)]);
      await ask(sql, ['dead', before(webhookLimits.keptDeadMs)]);
    },
  };
}
