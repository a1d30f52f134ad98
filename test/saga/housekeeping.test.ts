import { Worker } from '@temporalio/worker';
import { createMemoryStore } from '../../platform/outbox/memory/store';
import { createSagaRecordActivities } from '../../platform/participant/activities';
import { createSagaRecords } from '../../platform/participant/saga-records';
import type { SagaRecords } from '../../platform/participant/saga-records';
import { startTracing } from '../../platform/runtime/tracing';
import type { FinishedSaga } from '../../platform/saga/journal/open-sagas';
import { journal } from '../../platform/saga/journal/contract';
import { housekeepingLimits, keepHouse } from '../../platform/saga/orchestrate/housekeeping';
import { boxContract, boxParticipant, stepOf } from '../support/box-service';
import type { Box } from '../support/box-service';
import { answered } from '../support/fence-play';
import { startSagaWorld } from './support/saga-world';
import type { SagaWorld } from './support/saga-world';

const queueSuffix = 'house';

describe('housekeeping', () => {
  const store = createMemoryStore<Box>();
  const boxes = boxParticipant(store);
  const asked: (readonly string[])[] = [];
  const askedOfJournal: (readonly string[])[] = [];
  const finished: FinishedSaga[] = [];
  const pages: { readonly after: string; readonly finishedBefore: Date }[] = [];
  let world: SagaWorld;
  let workers: readonly Worker[];
  let running: Promise<unknown>;
  const tracing = startTracing({ serviceName: 'test', register: false });

  beforeAll(async () => {
    world = await startSagaWorld();
    const records = createSagaRecords(store, () => new Date());
    /** Does one saga a call, as a participant that has no time for more. */
    const slow: SagaRecords = {
      ...records,
      trim: async (request) => {
        const { sagaIds } = request as { sagaIds: readonly string[] };
        asked.push(sagaIds);
        const { trimmed } = await records.trim({ sagaIds: sagaIds.slice(0, 1) });
        return { trimmed, left: sagaIds.slice(1) };
      },
    };
    const own = createSagaRecords(world.journalStore, () => new Date());
    const ofJournal: SagaRecords = {
      ...own,
      trim: (request) => {
        askedOfJournal.push((request as { sagaIds: readonly string[] }).sagaIds);
        return own.trim(request);
      },
    };
    const connection = world.env.nativeConnection;
    const codePath = String(process.env.HOLDFAST_WORKFLOW_BUNDLE);
    workers = await Promise.all([
      Worker.create({
        ...{ connection, taskQueue: `sagas${queueSuffix}` },
        ...{ workflowBundle: { codePath }, plugins: [tracing.plugin] },
        activities: createSagaRecordActivities(ofJournal, journal.contract),
      }),
      Worker.create({
        ...{ connection, taskQueue: `boxes${queueSuffix}` },
        activities: createSagaRecordActivities(slow, boxContract.contract),
      }),
    ]);
    running = Promise.all(workers.map((worker) => worker.run()));
  });
  afterAll(async () => {
    workers.forEach((worker) => worker.shutdown());
    await running;
    await tracing.stop();
    await world.stop();
  });

  const sweep = async () => {
    await keepHouse({
      client: world.env.client,
      taskQueue: `sagas${queueSuffix}`,
      journal: {
        async finished({ after, finishedBefore, limitMax }) {
          pages.push({ after, finishedBefore });
          return finished.filter(({ position }) => position > after).slice(0, limitMax);
        },
      },
    });
    const trim = world.env.client.workflow.getHandle('holdfast/trim');
    return trim.result() as Promise<{ trimmed: number }>;
  };
  const end = async (sagaId: string, participants: readonly string[]) => {
    await answered(boxes, stepOf(sagaId, [`${sagaId}-box`]).forward(0));
    finished.push({ sagaId, participants, position: String(finished.length + 1) });
  };
  const rowOf = (sagaId: string) => store.readStepRecord({ sagaId, step: 'put coins' });

  it('lets go of what finished sagas left, asks again for what there was no time for, and keeps the fence', async () => {
    await end('first', ['boxes', 'people', 'sagas']);
    await end('second', ['boxes']);
    await answered(boxes, stepOf('still open', ['open-box']).forward(0));
    expect(await sweep()).toEqual({ trimmed: 2 });
    expect(asked).toEqual([['first', 'second'], ['second']]);
    // The journal's rows hold requests and answers of every saga, whatever its steps were.
    expect(askedOfJournal).toEqual([['first', 'second']]);
    for (const id of ['first', 'second']) {
      expect(await rowOf(id)).toMatchObject({ state: 'done', trimmed: true, effect: [] });
      const late = stepOf(id, [`${id}-box`]);
      expect(await boxes.handle(late.forward(0))).toEqual({ answer: 'done', result: null });
      expect(await answered(boxes, late.undo(0))).toBe('UNDO_IMPOSSIBLE');
      expect((await store.readAggregate(`${id}-box`))?.state.coins).toBe(5);
    }
    expect(await rowOf('still open')).toMatchObject({ state: 'done', result: { coins: 5 } });
    expect(await rowOf('still open')).not.toHaveProperty('trimmed');
  });

  it('goes on behind the last batch, and asks only for what finished long enough ago', async () => {
    await end('third', ['boxes']);
    expect(await sweep()).toEqual({ trimmed: 1 });
    expect(asked.at(-1)).toEqual(['third']);
    expect(pages.map(({ after }) => after)).toEqual(['', '2']);
    for (const { finishedBefore } of pages) {
      const ageMs = Date.now() - finishedBefore.getTime();
      expect(ageMs).toBeGreaterThanOrEqual(housekeepingLimits.trimAfterMs);
      expect(ageMs).toBeLessThan(housekeepingLimits.trimAfterMs + 10 * 60_000);
    }
    expect(await sweep()).toEqual({ trimmed: 1 });
    expect(asked).toHaveLength(3);
  });
});
