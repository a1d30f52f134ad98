import { Pool } from 'pg';
import { conflictLimits } from '../../platform/outbox/conflict';
import type { ServiceStore, TransactionView } from '../../platform/outbox/ports';
import { tablesOf } from '../../platform/outbox/postgres/schema';
import { openPostgresStore } from '../../platform/outbox/postgres/store';
import { postgresUnitOfWork } from '../../platform/outbox/postgres/transact';
import { createSealing } from '../../platform/outbox/sealing';
import { postgresOptions } from '../../platform/runtime/connections';
import { boxParticipant, stepOf } from '../support/box-service';
import type { Box } from '../support/box-service';
import { answered } from '../support/fence-play';
import { boxSealing, freshInstance } from '../support/stores';
import { configFor } from '../support/world';

type Transacting = Pick<ServiceStore<Box>, 'transact'>;

describe('conflicts of PostgreSQL, provoked for real', () => {
  const options = postgresOptions(configFor('payments'), 'payments');
  const instance = freshInstance();
  const pool = new Pool({ ...options, max: 4 });
  let store: ServiceStore<Box>;

  beforeAll(async () => {
    store = openPostgresStore<Box>({ pool: options, instance, ...boxSealing });
    await store.migrate();
  });
  afterAll(async () => {
    await store.close();
    await pool.end();
  });

  /** Does something in each of its transactions before the decision; answers how often it was asked. */
  const meddling = (
    through: Transacting,
    meddle: (view: TransactionView<Box>, attempt: number) => Promise<unknown>,
  ) => {
    const seen = { attempts: 0 };
    const transact: Transacting['transact'] = (key, work, given) =>
      through.transact(
        key,
        async (view) => {
          seen.attempts += 1;
          await meddle(view, seen.attempts);
          return work(view);
        },
        given,
      );
    return { seen, store: { transact } };
  };

  test('two steps that wait for each other: one is the victim, is decided again, and both are done', async () => {
    const ids = ['lock-a', 'lock-b'];
    await answered(boxParticipant(store), stepOf('lock-first', ids).forward(0));
    let here = 0;
    let meet = () => {};
    const bothHoldOne = new Promise<void>((resolve) => (meet = resolve));
    const crosswise = (first: string, second: string) =>
      meddling(store, async (view, attempt) => {
        await view.load(first);
        if (attempt === 1 && (here += 1) === 2) meet();
        await bothHoldOne;
        await view.load(second);
      });
    const [left, right] = [crosswise('lock-a', 'lock-b'), crosswise('lock-b', 'lock-a')];
    const answers = await Promise.all([
      answered(boxParticipant(left.store), stepOf('lock-left', ids).forward(0)),
      answered(boxParticipant(right.store), stepOf('lock-right', ids).forward(0)),
    ]);
    expect(answers).toEqual(['done 5', 'done 5']);
    expect(left.seen.attempts + right.seen.attempts).toBeGreaterThan(2);
    const boxes = await Promise.all(ids.map((id) => store.readAggregate(id)));
    expect(boxes.map((box) => [box?.seq, box?.state.coins])).toEqual([
      [3, 15],
      [3, 15],
    ]);
  });

  /** The same unit of work, one level stricter: there the server itself refuses what another has changed. */
  const repeatableRead = (): Transacting => {
    const stricter = (text: string) => text.replace('READ COMMITTED', 'REPEATABLE READ');
    const connect = async () => {
      const client = await pool.connect();
      const query = (asked: { text: string }) =>
        client.query({ ...asked, text: stricter(asked.text) });
      return new Proxy(client, {
        get: (target, member) => {
          if (member === 'query') return query;
          const value: unknown = Reflect.get(target, member);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    };
    const strict = { connect } as unknown as Pool;
    const sealing = createSealing({ ...boxSealing, instance });
    const sealed = { tables: tablesOf(instance), sealing };
    return { transact: postgresUnitOfWork<Box>(strict, sealed, () => {}) };
  };
  const putElsewhere = (id: string, number: number) =>
    answered(boxParticipant(store), stepOf(`${id}-other-${number}`, [id]).forward(0));

  test('a serialization failure is decided again on what is there now', async () => {
    await putElsewhere('serial', 0);
    const twice = meddling(repeatableRead(), async (_view, attempt) =>
      attempt > 2 ? undefined : putElsewhere('serial', attempt),
    );
    const step = stepOf('serial', ['serial']);
    expect(await answered(boxParticipant(twice.store), step.forward(0))).toBe('done 5');
    expect(twice.seen.attempts).toBe(3);
    expect(await store.readAggregate('serial')).toMatchObject({ seq: 4, state: { coins: 20 } });
  });

  test('serialization failures that do not end are a fault to be retried, and nothing is written', async () => {
    await putElsewhere('never', 0);
    const always = meddling(repeatableRead(), (_view, attempt) => putElsewhere('never', attempt));
    const step = stepOf('never', ['never']);
    const late = boxParticipant(always.store).handle(step.forward(0), { timeoutMs: 60_000 });
    await expect(late).rejects.toMatchObject({
      code: 'STORE_CONFLICT',
      cause: { cause: { code: '40001' } },
    });
    expect(always.seen.attempts).toBe(conflictLimits.attemptsMax);
    expect(await store.stepRecordsOf('never')).toEqual([]);
    const box = await store.readAggregate('never');
    expect(box).toMatchObject({ seq: 1 + conflictLimits.attemptsMax });
  });

  test('a table that is older than some columns gets them, and its rows stay', async () => {
    const step = stepOf('older', ['older-a']);
    await answered(boxParticipant(store), step.forward(0));
    const { steps } = tablesOf(instance);
    const before = await store.stepRecordsOf('older');
    const drops = ['plan', 'trimmed'].map((it) => `DROP COLUMN ${it}`);
    await pool.query(`ALTER TABLE ${steps} ${drops.join(', ')}`);
    await Promise.all([store.migrate(), store.migrate()]);
    expect(await store.stepRecordsOf('older')).toEqual(before);
    expect(await answered(boxParticipant(store), step.undo(0))).toBe('undone');
    expect((await store.stepRecordsOf('older'))[0]).toMatchObject({ state: 'undone' });
  });
});
