import { openLedger } from '../../platform/audit/ledger/postgres';
import type { StoredLedger } from '../../platform/audit/ledger/postgres';
import { eventually } from '../support/eventually';
import { fillLedger, openSealedLedger, remembered } from '../support/sealed-ledger';
import { testVault } from '../support/test-keys';

let opened: Awaited<ReturnType<typeof openSealedLedger>>;
let ledger: StoredLedger;
beforeEach(async () => {
  opened = await openSealedLedger();
  ({ ledger } = opened);
  await fillLedger(ledger);
});
afterEach(() => opened.close());

const refused = { code: 'CIPHERTEXT_REFUSED' };

/** The ledger as who has the next key too opens it. */
async function withNextKey(work: (next: StoredLedger) => Promise<void>): Promise<void> {
  const keys = { vault: () => testVault('audit', 'next') };
  const next = openLedger(opened.config, keys);
  await work(next).finally(() => next.close());
}

test('rows are counted by key, and sealed anew under the next', async () => {
  expect(await ledger.sealedRows.keyUse()).toEqual(new Map([['audit', 10]]));
  await withNextKey(async (next) => {
    const found = [];
    do found.push(await next.sealedRows.reseal(4));
    while (found.at(-1) !== 0);
    expect(found).toEqual([2, 4, 2, 2, 0]);
    expect(await next.sealedRows.keyUse()).toEqual(new Map([['next', 10]]));
    expect(await next.mark('b')).toEqual(remembered.mark('b'));
    const tracked = await next.tracked('a', ['x']);
    expect(tracked).toEqual(new Map([['x', remembered.aggregate('x')]]));
    await opened.ask(`update audit_aggregates set seq = 7`);
    await expect(next.tracked('a', ['x'])).rejects.toMatchObject(refused);
  });
});

test('what is written while rows are sealed anew stays', async () => {
  const writer = await opened.connect();
  await withNextKey(async (next) => {
    await writer.query('begin');
    const news = `update audit_aggregates set state = 'hf1.next.news' where service = 'a'`;
    await writer.query(news);
    await next.sealedRows.reseal(10);
    const resealed = next.sealedRows.reseal(10);
    await eventually(async () => {
      const waiting = `select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      expect(await opened.ask(waiting)).toHaveLength(1);
    });
    await writer.query('commit');
    expect(await resealed).toBe(2);
    const text = `select distinct state from audit_aggregates where service = 'a'`;
    expect(await opened.ask(text)).toEqual([{ state: 'hf1.next.news' }]);
  }).finally(() => writer.end());
});

/** Until nothing is left to be sealed anew. */
async function resealAll({ sealedRows }: StoredLedger): Promise<void> {
  while ((await sealedRows.reseal(1)) > 0);
}

test('rows that do not open are passed over and named at the end, and the others are sealed anew', async () => {
  await opened.ask(`update audit_aggregates set seq = 7 where service = 'a' and id = 'x';
    update audit_findings set saga_id = 'another' where subject = 'x'`);
  await withNextKey(async (next) => {
    for (let time = 0; time < 2; time += 1) {
      const over = resealAll(next);
      await expect(over).rejects.toMatchObject(refused);
      await expect(over).rejects.toThrow(
        'rows do not open: audit_aggregates ["a","x"], audit_findings ["STATE_DIFFERS","a","x"]',
      );
      expect(await next.sealedRows.keyUse()).toEqual(
        new Map([
          ['audit', 2],
          ['next', 8],
        ]),
      );
    }
  });
});

test('a row under a key that is not known yet keeps the walk at its page, and the others go on', async () => {
  await opened.ask(
    `update audit_aggregates set state = 'hf1.later.${'A'.repeat(64)}' where id = 'x'`,
  );
  await withNextKey(async ({ sealedRows }) => {
    expect(await sealedRows.reseal(10)).toBe(2);
    for (let time = 0; time < 2; time += 1) {
      await expect(sealedRows.reseal(10)).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
    }
    expect((await sealedRows.keyUse()).get('next')).toBe(4);
  });
});
