import { startRelay } from '../../../platform/event-log/relay';
import type { Relay } from '../../../platform/event-log/relay';
import { createLogCheck } from '../../../platform/event-log/relay/log-check';
import type { LogWriter } from '../../../platform/event-log/ports';
import type { StoredEvent } from '../../../platform/outbox/ports';
import { silentLog } from '../../../platform/runtime/log';
import { holdStopped } from '../../../platform/restore/hold';
import { anEvent } from '../../support/events';
import { eventually } from '../../support/eventually';
import { memoryLog } from '../../support/memory-log';
import { memoryOutbox } from '../../support/memory-outbox';

const partitions = 3;
const relays: Relay[] = [];
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
});

/** A log that holds `logged`, and a service whose events table holds `events`. */
function aService(events: readonly StoredEvent[], logged: readonly StoredEvent[]) {
  const outbox = memoryOutbox(events);
  const log = memoryLog('orders', partitions);
  log.send(...logged);
  const sent: string[] = [];
  const writer: LogWriter = {
    connect: async () => undefined,
    append: async (_topic, partition, messages) => {
      for (const message of messages) log.append(partition, message);
      sent.push(...messages.map(({ headers }) => headers.ce_id ?? ''));
    },
    close: async () => undefined,
  };
  const { topic, eventLog } = log;
  const begin = () => {
    const relay = startRelay({
      ...{ service: 'orders', topic, partitions, owner: `one-${relays.length}`, writer },
      ...{ source: outbox.source, log: silentLog, limits: { backoffMsMin: 5, idleMsMin: 5 } },
      logCheck: createLogCheck({
        eventLog,
        topic,
        source: outbox.source,
        groupPrefix: 'orders-relay',
      }),
    });
    relays.push(relay);
    return relay;
  };
  const errors = (relay: Relay) => relay.status().slots.map(({ lastError = '' }) => lastError);
  return { outbox, log, sent, begin, errors };
}

const one = (aggregateId: string, seq: number, data = { n: seq }) =>
  anEvent({ aggregateId, seq, data, partitions });

describe('a relay whose log knows', () => {
  it('nothing more than its table goes on, and repeats what it is not sure of', async () => {
    const events = [one('a', 1), one('a', 2)];
    const { outbox, begin } = aService(events, events.slice(0, 1));
    begin();
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
  });

  it('an event that its table lacks sends nothing, of every slot, and says that the database is behind', async () => {
    const events = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => one(id, 1));
    expect(new Set(events.map(({ slot }) => slot)).size).toBe(partitions);
    const { sent, begin, errors } = aService(events, [one('a', 1), one('a', 2)]);
    const relay = begin();
    await eventually(() =>
      errors(relay).forEach((error) => expect(error).toContain('DATABASE_BEHIND: the log has a:2')),
    );
    expect(sent).toEqual([]);
  });

  it('another content under a number sends nothing, and says that history has forked', async () => {
    const { sent, begin, errors } = aService([one('a', 1)], [one('a', 1, { n: 7 })]);
    const relay = begin();
    await eventually(() => expect(errors(relay).join()).toContain('HISTORY_FORKED: a:1'));
    expect(sent).toEqual([]);
  });

  it('what its leases have noted is not read again', async () => {
    const { outbox, log, begin } = aService([one('a', 1)], []);
    const relay = begin();
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
    await relay.stop();
    const again = begin();
    await eventually(() =>
      expect(again.status().slots.map(({ state }) => state)).toContain('leading'),
    );
    await again.stop();
    const ends = await Promise.all([0, 1, 2].map((slot) => outbox.source.readLease(slot)));
    const marks = await log.eventLog.marks(log.topic);
    expect(ends.map((lease) => lease?.logEnd)).toEqual(marks.map(({ high }) => String(high)));
  });

  it('a beginning that its brokers have forgotten and its database was never held against sends nothing', async () => {
    const { log, sent, begin, errors } = aService([one('a', 1)], [one('a', 1)]);
    log.forget(one('a', 1).slot, 1n);
    const relay = begin();
    await eventually(() => expect(errors(relay).join()).toContain('DATABASE_BEHIND: partition'));
    expect(sent).toEqual([]);
  });

  it('a beginning that was forgotten after it was held against the database goes on', async () => {
    const { outbox, log, begin } = aService([one('a', 1)], [one('a', 1)]);
    const relay = begin();
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
    await relay.stop();
    log.forget(one('a', 1).slot, 1n);
    const again = begin();
    await eventually(() =>
      expect(again.status().slots.filter(({ state }) => state !== 'leading')).toEqual([]),
    );
  });
});

describe('a database that was made whole again', () => {
  it('is held against the log no more up to where it was folded, though brokers forgot that', async () => {
    const { outbox, log, begin, errors } = aService([one('a', 1)], [one('a', 1)]);
    const hold = await holdStopped(outbox.source, { partitions, owner: 'restore' });
    const marks = await log.eventLog.marks(log.topic);
    hold.note(new Map(marks.map(({ partition, high }) => [partition, String(high)])));
    await hold.release();
    log.forget(one('a', 1).slot, 1n);
    const relay = begin();
    await eventually(() =>
      expect(relay.status().slots.filter(({ state }) => state !== 'leading')).toEqual([]),
    );
    expect(errors(relay)).toEqual(['', '', '']);
  });
});
