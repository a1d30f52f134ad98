import { purposesFor, purposesOf } from '../../platform/security/keys/access';
import { keyIdOf } from '../../platform/security/keys/envelope';
import { openKeyring } from '../../platform/security/keys/keyring';
import { subjectKeys } from '../../platform/security/keys/subjects';
import { keyServices, openKeyStoreWorld } from '../support/key-store';
import type { KeyStoreWorld } from '../support/key-store';

const place = ['orders', 'orders', 'o-1', '1'];
const reason = 'a drill';
const give = (as: string, purpose: string, sealed = {}) =>
  world.ask(as, 'POST', `/purposes/${purpose}/keys`, { sealed });

let world: KeyStoreWorld;
beforeAll(async () => {
  world = await openKeyStoreWorld();
});
afterAll(() => world.close());

test('every process gets the keys of its purposes, and is refused every other', async () => {
  const processes = [
    ...keyServices,
    ...['orchestrator', 'projector', 'gateway', 'auditor', 'admin', 'prometheus', 'keys'],
  ];
  for (const process of processes) {
    const allowed = purposesFor(process, keyServices);
    const seen = await Promise.all(
      purposesOf(keyServices).map(async (purpose) => {
        const { status, body } = await give(process, purpose);
        return [purpose, status, status === 200 ? '' : body.code] as const;
      }),
    );
    const code = ['admin', 'prometheus', 'keys'].includes(process)
      ? 'CALLER_NOT_ALLOWED'
      : 'KEY_PURPOSE_DENIED';
    expect([process, seen]).toEqual([
      process,
      purposesOf(keyServices).map((purpose) =>
        allowed.includes(purpose) ? [purpose, 200, ''] : [purpose, 403, code],
      ),
    ]);
  }
  expect((await give('projector', 'events.unheard-of')).status).toBe(403);
});

test.each(['orders', 'gateway', 'projector', 'prometheus'])(
  '%s may neither look at the keys nor change or forget any',
  async (process) => {
    const seen = await Promise.all([
      world.ask(process, 'GET', '/status'),
      world.ask(process, 'POST', '/purposes/cache/rotate', { reason }),
      world.ask(process, 'POST', '/purposes/cache/keys/k1/retire', { reason }),
      world.ask(process, 'POST', '/kek/rotate', { reason }),
      world.ask(process, 'POST', '/subjects/ann/forget', { reason }),
    ]);
    expect(seen.map(({ body }) => body.code)).toEqual(Array(5).fill('CALLER_NOT_ALLOWED'));
  },
);

test('the database holds wrapped keys alone, and lets nobody in but the key store', async () => {
  const { body } = await give('orders', 'store.orders');
  const [key] = body.keys as { id: string; secret: string }[];
  const rows = await world.sql<{ all: string }>(
    'select row_to_json(data_keys) as all from data_keys',
  );
  expect(JSON.stringify(rows)).toContain(key!.id);
  expect(JSON.stringify(rows)).not.toContain(key!.secret);
  const [found] = await world.sql<{ may: string[] }>(
    `select array_agg(rolname::text) as may from pg_roles where rolcanlogin
       and not rolsuper and has_database_privilege(rolname, current_database(), 'connect')`,
  );
  expect(found?.may).toEqual(['keys']);
});

test('a wrapped key that was moved to another purpose is not unwrapped', async () => {
  await Promise.all([give('gateway', 'cache'), give('gateway', 'grants')]);
  const swap = () =>
    world.sql(`update data_keys a set wrapped = b.wrapped from data_keys b
      where (a.purpose, b.purpose) in (('cache', 'grants'), ('grants', 'cache'))`);
  await swap();
  const refused = await give('gateway', 'cache');
  await swap();
  expect([refused.status, refused.body.keys]).toEqual([500, undefined]);
  expect((await give('gateway', 'cache')).status).toBe(200);
});

test('after its key was rotated a purpose seals with the new one and still opens what it sealed before', async () => {
  const keyring = openKeyring(world.clientOf('orders'), world.options());
  const vault = keyring.vault('store.orders');
  await keyring.ready();
  const old = vault.seal('old', place);
  const { body } = await world.ask('admin', 'POST', '/purposes/store.orders/rotate', { reason });
  const later = openKeyring(world.clientOf('orders'), world.options());
  const renewed = later.vault('store.orders');
  await later.ready();
  expect(keyIdOf(renewed.seal('new', place))).toBe(body.id);
  expect(renewed.open(old, place)).toBe('old');
  await Promise.all([keyring.close(), later.close()]);
});

test('a key-encryption key is rotated by wrapping alone: keys and data stay as they are', async () => {
  const before = await give('payments', 'store.payments');
  await world.ask('gateway', 'POST', '/subjects/kai/keys');
  const kai = await world.ask('gateway', 'GET', '/subjects/kai/keys');
  const { body } = await world.ask('admin', 'POST', '/kek/rotate', { reason });
  const wrapped = await world.sql<{ kek: string }>(
    `select distinct split_part(wrapped, '.', 2) as kek
     from (select wrapped from data_keys union all select wrapped from subject_keys) as every_key`,
  );
  expect(wrapped).toEqual([{ kek: body.kek }]);
  await world.stop();
  await world.start();
  expect((await give('payments', 'store.payments')).body).toEqual(before.body);
  expect((await world.ask('gateway', 'GET', '/subjects/kai/keys')).body).toEqual(kai.body);
});

test('a key gets a successor well before it has sealed too much', async () => {
  const { body } = await give('gateway', 'read-models');
  const id = String(body.current);
  for (let report = 0; report < 2; report += 1) {
    expect((await give('gateway', 'read-models', { [id]: 2 ** 30 })).status).toBe(200);
  }
  const later = await give('projector', 'read-models');
  expect(later.body.current).not.toBe(id);
  expect((later.body.keys as { id: string }[]).map((key) => key.id)).toContain(id);
  expect((await give('gateway', 'read-models', { [id]: 2 ** 30 + 1 })).status).toBe(400);
});

test('a key that seals is not retired; an older one is, and is given out no more', async () => {
  const first = String((await give('gateway', 'grants')).body.current);
  const retire = () =>
    world.ask('admin', 'POST', `/purposes/grants/keys/${first}/retire`, { reason });
  expect((await retire()).body.code).toBe('KEY_CURRENT');
  await world.ask('admin', 'POST', '/purposes/grants/rotate', { reason });
  expect((await retire()).status).toBe(200);
  const keys = (await give('gateway', 'grants')).body.keys as { id: string }[];
  expect(keys.map(({ id }) => id)).not.toContain(first);
});

test('a forgotten subject has no key any more, and other subjects keep theirs', async () => {
  const keyOf = (name: string, method = 'POST') =>
    world.ask('gateway', method, `/subjects/${name}/keys`);
  const [ann, bob] = await Promise.all([keyOf('ann'), keyOf('bob')]);
  expect((await keyOf('ann')).body).toEqual(ann.body);
  expect((await keyOf('dora', 'GET')).body.code).toBe('SUBJECT_UNKNOWN');
  const forget = () => world.ask('admin', 'POST', '/subjects/ann/forget', { reason });
  expect([(await forget()).status, (await forget()).status]).toEqual([200, 200]);
  for (const method of ['GET', 'POST']) {
    expect((await keyOf('ann', method)).body.code).toBe('SUBJECT_FORGOTTEN');
  }
  expect((await keyOf('bob', 'GET')).body).toEqual(bob.body);
});

test('what the gateway sealed for a person opens until they are forgotten, and other people’s after it', async () => {
  const subjects = subjectKeys(world.clientOf('gateway'), world.options());
  const names = ['eve', 'finn'] as const;
  const [eve, finn] = await Promise.all(names.map((name) => subjects.seal(name, { name }, place)));
  expect(await subjects.open('eve', eve, place)).toEqual({ name: 'eve' });
  await expect(subjects.open('finn', eve, place)).rejects.toThrow('CIPHERTEXT_REFUSED');
  await world.ask('admin', 'POST', '/subjects/eve/forget', { reason });
  const later = subjectKeys(world.clientOf('gateway'), world.options());
  await expect(later.open('eve', eve, place)).rejects.toThrow('SUBJECT_FORGOTTEN');
  await expect(later.seal('eve', 1, place)).rejects.toThrow('SUBJECT_FORGOTTEN');
  expect(await later.open('finn', finn, place)).toEqual({ name: 'finn' });
  const denied = subjectKeys(world.clientOf('orders'), world.options());
  await expect(denied.open('finn', finn, place)).rejects.toThrow('CALLER_NOT_ALLOWED');
  await Promise.all([subjects, later, denied].map((each) => each.close()));
});

test('a database from an older backup does not bring a forgotten subject back', async () => {
  const keyOf = (method: string) => world.ask('gateway', method, '/subjects/cleo/keys');
  await keyOf('POST');
  const backup = await world.sql<{ subject: string; id: string; wrapped: string }>(
    'select subject, id, wrapped from subject_keys',
  );
  const emptied = await world.sql<{ count: string }>('select count(*) from deletions');
  await world.ask('admin', 'POST', '/subjects/cleo/forget', { reason });
  const restore = async () => {
    await world.sql('truncate subject_keys, deletions');
    for (const { subject, id, wrapped } of backup) {
      await world.sql(`insert into subject_keys values ('${subject}', '${id}', '${wrapped}')`);
    }
  };
  await restore();
  expect((await keyOf('GET')).body.code).toBe('SUBJECT_FORGOTTEN');
  await world.stop();
  await restore();
  await world.start();
  expect((await keyOf('GET')).body.code).toBe('SUBJECT_FORGOTTEN');
  expect((await keyOf('POST')).body.code).toBe('SUBJECT_FORGOTTEN');
  const left = await world.sql<{ id: string }>('select id from subject_keys');
  expect(left).toHaveLength(backup.length - 1);
  const [deletions] = await world.sql<{ count: string }>('select count(*) from deletions');
  expect(Number(deletions?.count)).toBe(Number(emptied[0]?.count) + 1);
});
