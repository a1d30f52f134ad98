import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../up/api-client';
import { currency, priceCents, scarcePieces } from './market';
import type { Market } from './market';
import { askPatiently } from './patience';
import type { Answered } from './patience';
import type { Diary, ErrandKind, Ticket } from './ticket';

/** One client with something to do, chosen by the seed. */
export interface Errand {
  readonly kind: ErrandKind;
  readonly username: string;
  readonly sku: string;
  readonly quantity: number;
}

/** Where errands are run. */
export interface Counter {
  readonly api: ApiClient;
  readonly market: Market;
  readonly diary: Diary;
}

/** A client waits for the end with each look, and looks less and less often, as a careful one does. */
const followLimits = {
  prefer: { prefer: 'wait=5' },
  pauseMs: { first: 500, factor: 1.5, max: 8_000 },
  endMs: 300_000,
} as const;
const finals = ['completed', 'compensated', 'cancelled'] as const;

type Wish = Pick<
  Ticket,
  'errand' | 'saga' | 'orderId' | 'username' | 'pieces' | 'amountCents' | 'expected'
> & { readonly body: Readonly<Record<string, unknown>> };

/** Runs one errand to its end, as its client sees it; answers that may not be are written down, not thrown. */
export async function runErrand(counter: Counter, errand: Errand): Promise<void> {
  const { diary } = counter;
  diary.errands[errand.kind] = (diary.errands[errand.kind] ?? 0) + 1;
  try {
    await runs[errand.kind](counter, errand);
  } catch (error) {
    diary.wrongs.push(`${errand.kind}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const runs: Record<ErrandKind, (counter: Counter, errand: Errand) => Promise<void>> = {
  order: async (counter, errand) => followed(counter, orderOf(errand, ['completed'])),
  scarce: async (counter, errand) => {
    const scarce = { ...errand, sku: counter.market.scarce, quantity: scarcePieces };
    await followed(counter, orderOf(scarce, ['compensated']));
  },
  declined: async (counter, errand) => {
    const blocked = { ...errand, username: counter.market.declined };
    await followed(counter, orderOf(blocked, ['compensated']));
  },
  doubled: runDoubled,
  reused: runReused,
  cancelled: runCancelled,
  returned: runReturned,
  bulk: async (counter, errand) => followed(counter, bulkOf(errand)),
  receipt: runReceipt,
};

function orderOf({ kind, username, sku, quantity }: Errand, expected: readonly string[]): Wish {
  const orderId = `order-${randomUUID()}`;
  const amountCents = quantity * priceCents;
  const body = { orderId, lines: [{ sku, quantity }], payment: { amountCents, currency } };
  const pieces = { [sku]: quantity };
  const wish = { errand: kind, username, orderId, pieces, amountCents, expected, body } as const;
  return { ...wish, saga: 'place-order' };
}

const lotsOfBulk = 4;

function bulkOf({ kind, username, sku }: Errand): Wish {
  const orderId = `bulk-${randomUUID()}`;
  const lines = [{ sku, quantity: 1 }];
  const lots = Array.from({ length: lotsOfBulk }, (_, index) => {
    return { orderId: `${orderId}-${index}`, lines, amountCents: priceCents };
  });
  const amountCents = lotsOfBulk * priceCents;
  const pieces = { [sku]: lotsOfBulk };
  const body = { orderId, currency, lots };
  const wish = { errand: kind, username, orderId, pieces, amountCents, body } as const;
  return { ...wish, saga: 'bulk-order', expected: ['completed'] };
}

const ask = (
  { api, diary }: Counter,
  wish: Pick<Wish, 'saga' | 'username' | 'body'>,
  key: string,
) =>
  askPatiently(api, {
    path: `/sagas/${wish.saga}`,
    username: wish.username,
    body: wish.body,
    idempotencyKey: key,
  }).then((answered) => {
    diary.repeats += answered.tries - 1;
    return answered;
  });

function ticketOf(counter: Counter, wish: Wish, { answer, ...answered }: Answered): Ticket {
  if (answer.status !== 202) {
    throw new Error(`${wish.orderId} was answered ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  const { errand, saga, orderId, username, pieces, amountCents, expected } = wish;
  const { askedAt, answeredAt: takenAt, tries } = answered;
  const told = { errand, saga, orderId, username, pieces, amountCents, expected };
  const ticket = { ...told, workflowId: String(answer.body.id), askedAt, takenAt, tries };
  counter.diary.tickets.push(ticket);
  return ticket;
}

/** Places what is wished for. */
async function taken(counter: Counter, wish: Wish, key: string = randomUUID()): Promise<Ticket> {
  return ticketOf(counter, wish, await ask(counter, wish, key));
}

/** Places it and looks at it until it has ended. */
async function followed(counter: Counter, wish: Wish): Promise<void> {
  await follow(counter, await taken(counter, wish));
}

async function follow({ api, diary }: Counter, ticket: Ticket): Promise<void> {
  const path = `/sagas/${encodeURIComponent(ticket.workflowId)}`;
  const untilMs = performance.now() + followLimits.endMs;
  const { prefer, pauseMs: pause } = followLimits;
  const { first, factor, max } = pause;
  for (
    let pauseMs: number = first;
    performance.now() < untilMs;
    pauseMs = Math.min(max, pauseMs * factor)
  ) {
    await delay(pauseMs);
    const looked = { path, username: ticket.username, method: 'GET', headers: prefer } as const;
    const { answer, tries } = await askPatiently(api, looked);
    diary.repeats += tries - 1;
    if (answer.status !== 200) {
      diary.wrongs.push(`${ticket.workflowId} was taken, and is answered ${answer.status}`);
      return;
    }
    const state = String(answer.body.state);
    if ((finals as readonly string[]).includes(state)) {
      ticket.told = state;
      return;
    }
  }
}

/** Twice at the same moment under one key: one saga, and both are told its id. */
async function runDoubled(counter: Counter, errand: Errand): Promise<void> {
  const wish = orderOf(errand, ['completed']);
  const key = randomUUID();
  const [first, second] = await Promise.all([ask(counter, wish, key), ask(counter, wish, key)]);
  const ticket = ticketOf(counter, wish, first);
  const third = await ask(counter, wish, key);
  for (const { answer } of [second, third]) {
    const { id } = answer.body;
    if (answer.status === 202 && id === ticket.workflowId) continue;
    counter.diary.wrongs.push(
      `${ticket.workflowId} was taken again as ${answer.status} ${String(id)}`,
    );
  }
  await follow(counter, ticket);
}

/** The same key for another order is refused. */
async function runReused(counter: Counter, errand: Errand): Promise<void> {
  const key = randomUUID();
  const ticket = await taken(counter, orderOf(errand, ['completed']), key);
  const { answer } = await ask(counter, orderOf(errand, []), key);
  if (answer.status !== 422) {
    counter.diary.wrongs.push(
      `the key of ${ticket.workflowId} was answered ${answer.status} for more`,
    );
  }
  await follow(counter, ticket);
}

/** Cancels at once; who was told "accepted" must see it cancelled, who was told "too late" must see it completed. */
async function runCancelled(counter: Counter, errand: Errand): Promise<void> {
  const ticket = await taken(counter, orderOf(errand, ['completed', 'cancelled']));
  const { answer, tries } = await askPatiently(counter.api, {
    path: `/sagas/${encodeURIComponent(ticket.workflowId)}/cancel`,
    username: errand.username,
    body: { reason: 'changed my mind' },
    idempotencyKey: randomUUID(),
  });
  counter.diary.repeats += tries - 1;
  if (answer.status === 202) ticket.expected = ['cancelled'];
  // An answer that was lost may have been "accepted", and the saga has ended meanwhile.
  else if (answer.status !== 409) throw new Error(`a cancel was answered ${answer.status}`);
  else if (tries === 1) ticket.expected = ['completed'];
  await follow(counter, ticket);
}

/** An order, and once it is confirmed its return. */
async function runReturned(counter: Counter, errand: Errand): Promise<void> {
  const ticket = await taken(counter, orderOf(errand, ['completed']));
  await follow(counter, ticket);
  if (ticket.told !== 'completed') return;
  const { orderId, username, pieces, amountCents, errand: kind } = ticket;
  const wish = { errand: kind, orderId, username, pieces, amountCents, body: { orderId } } as const;
  await followed(counter, { ...wish, saga: 'return-order', expected: ['completed'] });
}

/** Pieces come in, once however often it is said. */
async function runReceipt(counter: Counter, { sku, quantity }: Errand): Promise<void> {
  const { answer, tries } = await askPatiently(counter.api, {
    path: `/products/${sku}/receipts`,
    username: 'adam',
    body: { quantity },
    idempotencyKey: randomUUID(),
  });
  counter.diary.repeats += tries - 1;
  if (answer.status >= 300) throw new Error(`a receipt was answered ${answer.status}`);
  const { receipts } = counter.diary;
  receipts.set(sku, (receipts.get(sku) ?? 0) + quantity);
}
