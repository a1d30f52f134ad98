import { boxParticipant, stepOf } from '../support/box-service';
import { anEvent, doneStep } from '../support/events';
import { openLogWorld } from '../support/log-world';
import { insisting } from '../support/service-bench';
import { openRelayBench } from './bench';
import type { RelayBench } from './bench';
import type { StoreName } from './cells';
import { boxProjection, judgeRun } from './judge';
import type { CellResult } from './play';

export interface HeldOptions {
  /** How long each transaction is held open between its writes and its commit. */
  readonly heldMs: number;
  /** What others commit meanwhile, and after it. */
  readonly commits: number;
  readonly lanes: number;
}

/** Transactions to hold open: one in each slot, most likely. On DynamoDB a transaction is one request. */
const heldAggregates = ['held-1', 'held-2', 'held-3', 'held-4'];

/** Commits of others go on while some transactions stay open; their events come late and are not passed over. */
export async function playHeld(
  store: Exclude<StoreName, 'dynamodb'>,
  { heldMs, commits, lanes }: HeldOptions,
): Promise<CellResult> {
  const world = await openLogWorld();
  const bench = await openRelayBench(store, world, 1);
  try {
    await world.openStore().migrate([boxProjection(bench.service)]);
    const relay = bench.startRelay();
    await relay.said('the relay is at work');
    const begunMs = performance.now();
    let committed = 0;
    let meanwhile = 0;
    const held = Promise.all(heldAggregates.map((id) => hold(bench, id, heldMs))).then(() => {
      meanwhile = committed;
    });
    const participant = boxParticipant(bench.store);
    const lane = async (number: number): Promise<void> => {
      for (let turn = 0; committed < commits; turn += 1) {
        committed += 1;
        const message = stepOf(`lane-${number}-${turn}`, [`box-${number}-${turn % 25}`]).forward(0);
        await insisting(() => participant.handle(message));
      }
    };
    await Promise.all([held, ...Array.from({ length: lanes }, (_, number) => lane(number))]);
    await bench.drained();
    const seconds = (performance.now() - begunMs) / 1_000;
    await relay.stop();
    const judged = await judgeRun(bench);
    const expected = commits + heldAggregates.length;
    const problems = [
      ...judged.problems,
      ...(judged.events === expected ? [] : [`${judged.events} events, ${expected} committed`]),
    ];
    const name = `held open for ${heldMs / 1_000} s, ${meanwhile} of ${commits} commits meanwhile`;
    return { ...judged, problems, cell: name, store, seconds };
  } finally {
    await bench.close();
    await world.close();
  }
}

async function hold({ store }: RelayBench, aggregateId: string, heldMs: number): Promise<void> {
  const key = { sagaId: `hold-${aggregateId}`, step: 'hold' };
  const event = anEvent({ aggregateId, type: 'box.put', data: { coins: 1 } });
  const state = { coins: 1, puts: 1, takes: 0, locked: false };
  const change = { id: aggregateId, expectedSeq: 0, state, events: [event] };
  await store.transact(
    key,
    async () => ({
      answer: undefined,
      commit: { stepRecord: { ...key, ...doneStep }, aggregates: [change] },
    }),
    {
      timeoutMs: heldMs + 20_000,
      written: () => new Promise((resolve) => setTimeout(resolve, heldMs)),
    },
  );
}
