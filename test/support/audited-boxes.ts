import { createAuditor } from '../../platform/audit/auditor';
import type { AuditorOptions } from '../../platform/audit/auditor';
import { lookingFeed } from '../../platform/audit/feed';
import { memoryLedger } from '../../platform/audit/ledger/memory';
import { createMemoryStore } from '../../platform/outbox/memory/store';
import type { Aggregate, ServiceStore, StoredEvent } from '../../platform/outbox/ports';
import type { AuditedAggregate } from '../../platform/host/identity';
import { boxParticipant, boxService, stepOf } from './box-service';
import type { Box } from './box-service';
import { anySchemas } from './counting';
import { memoryLog } from './memory-log';

/** Boxes `left/<x>` and `right/<x>` hold the same at every commit. */
const identity = {
  alone: ({ id, state }: AuditedAggregate<unknown>) =>
    (state as Box).coins >= 0
      ? []
      : [{ identity: 'COINS_NOT_NEGATIVE', aggregateId: id, detail: `${(state as Box).coins}` }],
  weights: ({ id, state }: AuditedAggregate<unknown>) => {
    const [side, name] = id.split('/');
    const sign = { left: 1, right: -1 }[side ?? ''];
    if (sign === undefined) return [];
    const amount = sign * (state as Box).coins;
    return [{ identity: 'PAIRS_ARE_EVEN', aggregateId: `pair/${name}`, amount }];
  },
};

/** A service of boxes with its log, under audit; everything in memory, and every clock in the hands of the test. */
export function auditedBoxes(told: Partial<AuditorOptions> = {}) {
  const store = createMemoryStore<Box>();
  const participant = boxParticipant(store);
  const log = memoryLog('boxes');
  const clock = { ms: 0, committedMs: 0, reads: 0, sagas: 0 };
  const rows = new Map<string, (row: Aggregate<Box>) => Aggregate<Box> | undefined>();
  const events = new Map<string, (event: StoredEvent) => StoredEvent | undefined>();
  const edited = (row: Aggregate<Box> | undefined) =>
    row && (rows.get(row.id) ?? ((same) => same))(row);
  const counted = <Result>(result: Promise<Result>): Promise<Result> => {
    clock.reads += 1;
    return result;
  };
  const seen: ServiceStore<Box> = {
    ...store,
    history: async (page) =>
      (await counted(store.history(page))).flatMap((event) => {
        const change = events.get(`${event.aggregateId}:${event.seq}`);
        const changed = change === undefined ? event : change(event);
        return changed === undefined ? [] : [{ ...changed, published: event.published }];
      }),
    readAggregate: async (id) => edited(await counted(store.readAggregate(id))),
    listAggregates: async (page) =>
      (await counted(store.listAggregates(page))).flatMap((row) => edited(row) ?? []),
    depth: async () => {
      const { pending } = await counted(store.depth());
      return { pending, oldestAgeMs: pending === 0 ? 0 : clock.ms - clock.committedMs };
    },
  };
  const ledger = memoryLedger();
  const service = {
    ...{ name: 'boxes', identity },
    evolve: (state: unknown, event: Parameters<typeof boxService.evolve>[1]) =>
      boxService.evolve(state as Box | undefined, event),
  };
  const auditor = createAuditor({
    services: [{ service, topic: log.topic, store: seen }],
    ...{ sagas: [], ledger, schemas: anySchemas, eventLog: log.eventLog, overdueMs: 30_000 },
    feed: lookingFeed(log.eventLog, 'auditor-test'),
    ...{ now: () => clock.ms, isPaced: false },
    ...told,
  });
  const changed = { rows, events };
  return {
    ...{ store, log, clock, ledger, auditor, changed },
    async put(boxIds: readonly string[], coins = 5) {
      if ((await store.depth()).pending === 0) clock.committedMs = clock.ms;
      const saga = `saga-${(clock.sagas += 1)}`;
      await participant.handle(stepOf(saga, boxIds).forward(0, { coins }));
    },
    relay: () => log.relay(store),
    /** Passes until nothing new is told, a second apart; what was found, as `code subject`, sorted. */
    async findings(passes = 4): Promise<readonly string[]> {
      for (let pass = 0; pass < passes; pass += 1) {
        await auditor.pass();
        clock.ms += 1_500;
      }
      const kept = await ledger.findings({ since: new Date(0), limitMax: 100 });
      return kept.map(({ code, subject }) => `${code} ${subject}`).sort();
    },
  };
}
