import { Client } from 'pg';
import type { ClientConfig, Pool } from 'pg';
import type { Wakes } from '../wake';

/** At most one NOTIFY per this many milliseconds, and how long a lost listener waits before it comes back. */
const notifyLimits = { throttleMs: 10, reconnectMs: 1_000 } as const;

/** Where hints are heard, and the mark of one's own: whoever gives a hint has been woken without it. */
export interface Hints {
  readonly channel: string;
  readonly own: string;
}

/**
 * Tells other processes that there are events. NOTIFY takes a lock of the whole server at commit, so it is never part
 * of the business transaction; a hint that fails is dropped, since the next poll finds the same rows.
 */
export function createNotifier(pool: Pool, { channel, own }: Hints): () => void {
  let timer: NodeJS.Timeout | undefined;
  const send = () => {
    timer = undefined;
    pool.query('SELECT pg_notify($1, $2)', [channel, own]).catch(() => undefined);
  };
  return () => {
    timer ??= setTimeout(send, notifyLimits.throttleMs).unref();
  };
}

/**
 * A connection of its own that turns notifications of others into wakes until it is stopped, and comes back when lost.
 */
export function listen(config: ClientConfig, { channel, own }: Hints, wakes: Wakes): () => void {
  let client: Client | undefined;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const reopen = () => {
    if (isStopped || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void open();
    }, notifyLimits.reconnectMs).unref();
  };
  const open = async () => {
    client = new Client({ ...config, keepAlive: true });
    client.on('error', reopen);
    client.on('end', reopen);
    client.on('notification', ({ payload }) => {
      if (payload !== own) wakes.emit();
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      wakes.emit(); // whatever was written while nobody listened
    } catch {
      reopen(); // the outbox is polled meanwhile
    }
  };
  void open();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    client?.end().catch(() => undefined);
  };
}
