import { Pool } from 'pg';
import { openPostgresStore } from '../../platform/outbox/postgres/store';
import type { ServiceStore } from '../../platform/outbox/ports';
import { postgresOptions } from '../../platform/runtime/connections';
import { boxParticipant, stepOf } from '../support/box-service';
import type { Box } from '../support/box-service';
import { answered } from '../support/fence-play';
import { boxSealing, freshInstance } from '../support/stores';
import { configFor } from '../support/world';

describe('faults only PostgreSQL has', () => {
  const pool = postgresOptions(configFor('payments'), 'payments');
  const admin = new Pool({ ...pool, max: 2 });
  const instance = freshInstance();
  let store: ServiceStore<Box>;

  beforeAll(async () => {
    store = openPostgresStore<Box>({
      pool: { ...pool, application_name: instance },
      ...{ instance, ...boxSealing },
    });
    await store.migrate();
  });
  afterAll(async () => {
    await store.close();
    await admin.end();
  });

  const killConnections = () =>
    admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
      [instance],
    );

  test('a connection that dies inside a transaction leaves nothing, and the next delivery is applied', async () => {
    const step = stepOf('cut', ['cut-a']);
    const cutting: Pick<ServiceStore<Box>, 'transact'> = {
      transact: (key, work, options) =>
        store.transact(
          key,
          async (view) => {
            const outcome = await work(view);
            await killConnections();
            return outcome;
          },
          options,
        ),
    };
    expect(await answered(boxParticipant(cutting), step.forward(0))).toBe('STORE_UNAVAILABLE');
    expect(await store.readAggregate('cut-a')).toBeUndefined();
    expect(await answered(boxParticipant(store), step.forward(0))).toBe('done 5');
  });

  test('connections that died while idle are replaced without anybody noticing twice', async () => {
    await store.ping(5_000);
    await killConnections();
    const step = stepOf('idle', ['idle-a']);
    const first = await answered(boxParticipant(store), step.forward(0));
    expect(['done 5', 'STORE_UNAVAILABLE']).toContain(first);
    expect(await answered(boxParticipant(store), step.forward(0))).toBe('done 5');
  });

  test('a worker that was stopped inside its transaction loses the row by the time limit it set', async () => {
    const step = stepOf('stopped', ['stopped-a']);
    const frozen: Pick<ServiceStore<Box>, 'transact'> = {
      transact: (key, work) =>
        store.transact(
          key,
          async (view) => {
            const outcome = await work(view);
            // Another delivery gets through although this one never ended its transaction.
            expect(await untilAnswered(() => answered(boxParticipant(store), step.undo(0)))).toBe(
              'no-effect',
            );
            return outcome;
          },
          { timeoutMs: 400 },
        ),
    };
    // Its connection is gone when it wakes up: it can neither commit nor believe that it did.
    expect(await answered(boxParticipant(frozen), step.forward(0))).not.toBe('done 5');
    expect(await answered(boxParticipant(store), step.forward(0))).toBe('STEP_FENCED');
    expect(await store.readAggregate('stopped-a')).toBeUndefined();
  });

  test('a service without its database says so, and does not wait for ever', async () => {
    const nowhere = openPostgresStore({ pool: { ...pool, port: 1 }, ...boxSealing });
    await expect(nowhere.ping(1_000)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const step = stepOf('nowhere', ['a']);
    const gone = boxParticipant(nowhere as unknown as ServiceStore<Box>);
    expect(await answered(gone, step.forward(0))).toBe('STORE_UNAVAILABLE');
    await nowhere.close();
  });
});

async function untilAnswered(deliver: () => Promise<string>): Promise<string> {
  const deadlineMs = performance.now() + 15_000;
  for (;;) {
    const answer = await deliver();
    if (!answer.startsWith('STORE_') || performance.now() > deadlineMs) return answer;
  }
}
