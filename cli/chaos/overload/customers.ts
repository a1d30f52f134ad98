import { randomUUID } from 'node:crypto';
import type { ApiAnswer, ApiClient } from '../../up/api-client';
import { buyers, hasEnded, openShop } from '../shop';
import type { Shop } from '../shop';

/** Patience of a customer with one answer, milliseconds, and how many orders are looked through at once. */
export const customerLimits = { answerMs: 20_000, page: 100, pauseMs: 200 } as const;

/** One order as its customer sees it. */
export interface Placed {
  readonly status: number;
  readonly code?: string;
  /** When to come back where it was refused, milliseconds from now. */
  readonly backMs?: number;
  /** Where the saga is, when it was taken. */
  readonly location?: string;
}

/** Customers with enough to buy and enough to pay with. */
export interface Customers {
  /** Starts the next order, without asking twice. */
  place(): Promise<Placed>;
  /** Waits until the saga has ended. */
  follow(location: string, over: AbortSignal): Promise<void>;
  readonly shops: readonly Shop[];
}

/** Opens a shelf for each of four customers, who buy in turn. */
export async function openCustomers(api: ApiClient): Promise<Customers> {
  const shops = await Promise.all(
    buyers.map((customer) => openShop({ api, customer, received: 100_000 })),
  );
  let turn = 0;
  return {
    shops,
    async place() {
      const index = (turn += 1) % shops.length;
      const token = await api.token(buyers[index]!);
      const key = { idempotencyKey: randomUUID(), orderId: `order-${randomUUID()}` };
      const answer = await shops[index]!.placeOrder({ ...key, token });
      return placedOf(answer);
    },
    async follow(location, over) {
      while (!over.aborted) {
        const { body } = await api.call(location, {
          token: await api.token('olga'),
          headers: { prefer: 'wait=10' },
          timeoutMs: customerLimits.answerMs,
        });
        if (hasEnded(body.state)) return;
        await new Promise((resume) => setTimeout(resume, customerLimits.pauseMs));
      }
    },
  };
}

function placedOf({ status, location, body, retryAfter }: ApiAnswer): Placed {
  if (status === 202 && location !== null) return { status, location };
  return { status, code: String(body.code), backMs: Number(retryAfter ?? 1) * 1_000 };
}

/** A saga as the read model has it in the end. */
export interface EndedSaga {
  readonly id: string;
  readonly state: string;
  readonly startedAtMs: number;
  /** Undefined while it goes on. */
  readonly finishedAtMs?: number;
}

/** Every order begun since then, whoever began it. */
export async function ordersSince(api: ApiClient, sinceMs: number): Promise<readonly EndedSaga[]> {
  const found: EndedSaga[] = [];
  const filter = { saga: 'place-order', startedAfter: new Date(sinceMs).toISOString() };
  let after: string | undefined;
  do {
    const query = new URLSearchParams({
      ...{ ...filter, limit: String(customerLimits.page) },
      ...(after === undefined ? {} : { after }),
    });
    const { status, body } = await api.call(`/sagas?${query.toString()}`, {
      token: await api.token('olga'),
      timeoutMs: customerLimits.answerMs,
    });
    if (status !== 200) throw new Error(`the list of sagas was answered ${status}`);
    found.push(...(body.sagas as readonly Row[]).map(endedOf));
    after = body.next as string | undefined;
  } while (after !== undefined);
  return found;
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
}

function endedOf({ id, state, startedAt, finishedAt }: Row): EndedSaga {
  const ended = finishedAt === undefined ? {} : { finishedAtMs: Date.parse(finishedAt) };
  return { id, state, startedAtMs: Date.parse(startedAt), ...ended };
}
