import type { ApiClient } from '../../up/api-client';
import type { Customers, Placed } from './customers';

/** How often starts are begun, health is asked for, and an order is cancelled; patience with a cancel; ms. */
export const floodLimits = {
  ...{ tickMs: 50, healthEveryMs: 500, actEveryMs: 5_000 },
  actMs: 60_000,
} as const;

/** What was answered while there was far too much to do. */
export interface FloodTold {
  readonly offered: number;
  readonly taken: readonly string[];
  /** How often each code was the answer instead. */
  readonly refused: Readonly<Record<string, number>>;
  readonly health: Told;
  /** Cancels of orders that were under way: what people tell sagas has to get through. */
  readonly acts: Told;
  readonly seconds: number;
}

/** Questions, those without the answer they had to have, and how long the slowest took; milliseconds. */
export interface Told {
  asked: number;
  readonly failed: string[];
  slowestMs: number;
}

/** Begins so many starts a second for so long, whatever is answered, and asks for health meanwhile. */
export async function flood(
  api: ApiClient,
  customers: Customers,
  { perSecond, ms }: { readonly perSecond: number; readonly ms: number },
): Promise<FloodTold> {
  const taken: string[] = [];
  const refused: Record<string, number> = {};
  const underWay = new Set<Promise<void>>();
  const startedMs = performance.now();
  let offered = 0;

  const note = ({ location, code = '' }: Placed) => {
    if (location === undefined) refused[code] = (refused[code] ?? 0) + 1;
    else taken.push(location);
  };
  const begin = () => {
    offered += 1;
    const one = customers.place().then(note, (error: unknown) => {
      note({ status: 0, code: `no answer: ${(error as Error).message}` });
    });
    underWay.add(one);
    void one.finally(() => underWay.delete(one));
  };
  const starts = setInterval(() => {
    const due = ((performance.now() - startedMs) / 1_000) * perSecond;
    while (offered < due) begin();
  }, floodLimits.tickMs);
  const health = repeatedly(floodLimits.healthEveryMs, async () => {
    const { status } = await api.call('/healthz');
    return status === 200 ? undefined : String(status);
  });
  const acts = repeatedly(floodLimits.actEveryMs, () => cancelOne(api, taken.at(-1)));

  await new Promise((resume) => setTimeout(resume, ms));
  clearInterval(starts);
  const told = { health: await health.stop(), acts: await acts.stop() };
  await Promise.all(underWay);
  return { offered, taken, refused, ...told, seconds: ms / 1_000 };
}

/**
 * The cancel of an order that has just been taken, sent again for as long as its workers have not begun it. One that
 * has ended meanwhile cannot be cancelled: that is an answer too.
 */
async function cancelOne(api: ApiClient, location?: string): Promise<string | undefined> {
  if (location === undefined) return undefined;
  const untilMs = performance.now() + floodLimits.actMs;
  for (;;) {
    const { status, body, retryAfter } = await api.call(`${location}/cancel`, {
      token: await api.token('olga'),
      idempotencyKey: location.slice(-40),
      body: { reason: 'there was too much to do' },
    });
    if (status === 202 || status === 409) return undefined;
    const isNotBegun = body.code === 'WORKERS_AWAY' && performance.now() < untilMs;
    if (!isNotBegun) return `${status} ${String(body.code)}`;
    await new Promise((resume) => setTimeout(resume, Number(retryAfter ?? 1) * 1_000));
  }
}

function repeatedly(everyMs: number, ask: () => Promise<string | undefined>) {
  const told: Told = { asked: 0, failed: [], slowestMs: 0 };
  const underWay = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const beganMs = performance.now();
    told.asked += 1;
    const one = ask()
      .catch((error: unknown) => (error as Error).message)
      .then((failed) => {
        told.slowestMs = Math.max(told.slowestMs, Math.round(performance.now() - beganMs));
        if (failed !== undefined) told.failed.push(failed);
      });
    underWay.add(one);
    void one.finally(() => underWay.delete(one));
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      return told;
    },
  };
}
