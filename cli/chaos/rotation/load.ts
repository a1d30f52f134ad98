import { randomUUID } from 'node:crypto';
import type { ApiAnswer, ApiClient } from '../../up/api-client';
import { buyers as customers, hasEnded, openShop } from '../shop';
import type { Shop } from '../shop';

/** Patience of a client, milliseconds; how often reads are begun; how many people buy at the same time. */
export const loadLimits = { answerMs: 20_000, tickMs: 100, followMs: 120_000, buyers: 4 } as const;

/** What clients have seen so far. */
export interface LoadSeen {
  readonly requests: number;
  readonly sagas: number;
  /** Requests that were not answered as they should be, and sagas that did not complete. */
  readonly failed: readonly string[];
}

/** What they have seen in the end. */
export interface LoadTold extends LoadSeen {
  /** Milliseconds within which 99 % of the answers came. */
  readonly p99Ms: number;
  readonly seconds: number;
}

/** Clients at work. */
export interface Load {
  readonly seen: LoadSeen;
  /** Takes new tokens, and resolves when no request with an older one is under way. */
  turnOver(): Promise<void>;
  /** Ends it, lets what is under way come to its end, and answers what was seen. */
  stop(): Promise<LoadTold>;
}

interface Counted extends LoadSeen {
  requests: number;
  sagas: number;
  readonly failed: string[];
  readonly tookMs: number[];
}

/**
 * Reads at a steady rate, whatever the answers do, and beside them customers who order one piece after the other and
 * follow each order to its end. Nothing is asked twice: whatever a client would have to repeat is a failure.
 */
export async function startLoad(
  api: ApiClient,
  perSecond: number,
  {
    reads = 'both',
    buyers: buyersAtOnce = loadLimits.buyers,
  }: { readonly reads?: Reads; readonly buyers?: number | undefined } = {},
): Promise<Load> {
  const shops = await Promise.all(
    customers.map((customer) => openShop({ api, customer, received: 100_000 })),
  );
  const counted: Counted = { requests: 0, sagas: 0, failed: [], tookMs: [] };
  const underWay = new Set<Promise<unknown>>();
  const over = new AbortController();
  const startedMs = performance.now();

  const ask = (what: string, expected: number, call: () => Promise<ApiAnswer>) => {
    const answered = timed(call, counted, { what, expected });
    underWay.add(answered);
    void answered.then(() => underWay.delete(answered));
    return answered;
  };
  const reader = steadily(perSecond, (index) => {
    const shop = shops[index % shops.length]!;
    const path = pathOf(reads, shop, index);
    void ask('read', 200, () => read(api, path));
  });
  const buyers = Array.from({ length: buyersAtOnce }, (_, index) =>
    buy({ api, shop: shops[index]!, customer: customers[index]!, ask, counted, over: over.signal }),
  );

  return {
    seen: counted,
    async turnOver() {
      api.forgetTokens();
      await Promise.all(underWay);
    },
    async stop() {
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      reader.stop();
      over.abort();
      await Promise.all([...buyers, ...underWay]);
      const { tookMs, ...seen } = counted;
      const sorted = tookMs.toSorted((a, b) => a - b);
      const p99Ms = Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
      return { ...seen, p99Ms, seconds };
    },
  };
}

/** Begins so many reads a second. */
function steadily(perSecond: number, begin: (index: number) => void) {
  let begun = 0;
  const startedMs = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - startedMs) / 1000) * perSecond;
    for (; begun < due; begun += 1) begin(begun);
  }, loadLimits.tickMs);
  return { stop: () => clearInterval(timer) };
}

/** What is read: accounts, which payments answers, or products of inventory in turn with them. */
type Reads = 'accounts' | 'both';

function pathOf(reads: Reads, shop: Shop, index: number): string {
  const isProduct = reads === 'both' && index % 2 === 0;
  return isProduct ? `/products/${shop.sku}` : `/accounts/${shop.customerId}`;
}

async function read(api: ApiClient, path: string): Promise<ApiAnswer> {
  return api.call(path, { token: await api.token('adam'), timeoutMs: loadLimits.answerMs });
}

/** One request, counted; undefined where it failed. */
async function timed(
  call: () => Promise<ApiAnswer>,
  counted: Counted,
  { what, expected }: { readonly what: string; readonly expected: number },
): Promise<ApiAnswer | undefined> {
  const beganMs = performance.now();
  counted.requests += 1;
  try {
    const answer = await call();
    counted.tookMs.push(performance.now() - beganMs);
    if (answer.status === expected) return answer;
    counted.failed.push(`${what}: ${answer.status} ${refusalText(answer.body)}`);
  } catch (error) {
    counted.failed.push(`${what}: ${failureText(error)}`);
  }
  return undefined;
}

const pauseMs = (ms: number) => new Promise((resume) => setTimeout(resume, ms));

interface Buying {
  readonly api: ApiClient;
  readonly shop: Shop;
  readonly customer: string;
  readonly ask: (
    what: string,
    expected: number,
    call: () => Promise<ApiAnswer>,
  ) => Promise<ApiAnswer | undefined>;
  readonly counted: Counted;
  readonly over: AbortSignal;
}

async function buy(buying: Buying): Promise<void> {
  const { api, shop, customer, ask, counted, over } = buying;
  while (!over.aborted) {
    const order = { orderId: `order-${randomUUID()}`, idempotencyKey: randomUUID() };
    const placed = await ask('place', 202, async () =>
      shop.placeOrder({ ...order, token: await api.token(customer) }),
    );
    if (placed === undefined) {
      await pauseMs(loadLimits.tickMs);
      continue;
    }
    counted.sagas += 1;
    const end = await follow(buying, String(placed.location));
    if (end !== 'completed') counted.failed.push(`saga ${String(placed.location)}: ${end}`);
  }
}

async function follow({ api, ask }: Buying, location: string): Promise<string> {
  const untilMs = performance.now() + loadLimits.followMs;
  let state = 'not seen';
  while (performance.now() < untilMs) {
    const view = await ask('follow', 200, async () =>
      api.call(location, { token: await api.token('olga'), timeoutMs: loadLimits.answerMs }),
    );
    if (typeof view?.body.state === 'string') ({ state } = view.body as { state: string });
    if (hasEnded(state)) return state;
    await pauseMs(2 * loadLimits.tickMs);
  }
  return `${state} after ${loadLimits.followMs / 1000} s`;
}

function refusalText({ code, detail }: ApiAnswer['body']): string {
  return typeof detail === 'string' ? `${String(code)} (${detail})` : String(code);
}

/** What went wrong with a request that was not answered: the message says little, its cause says why. */
export function failureText(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}

const failuresShownMax = 20;

/** How often each failure came, the most frequent ones; places of sagas are no difference. */
export function grouped(failed: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const one of failed) {
    const kind = one.replace(/^saga \S+:/, 'saga:');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return sorted.slice(0, failuresShownMax).map(([kind, count]) => `${count} × ${kind}`);
}
