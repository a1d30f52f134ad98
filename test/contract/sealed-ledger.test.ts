import { openLedger } from '../../platform/audit/ledger/postgres';
import type { StoredLedger } from '../../platform/audit/ledger/postgres';
import { noKeys } from '../../platform/host/sealed-store';
import { fillLedger, openSealedLedger, remembered } from '../support/sealed-ledger';

let opened: Awaited<ReturnType<typeof openSealedLedger>>;
let ledger: StoredLedger;
beforeEach(async () => {
  opened = await openSealedLedger();
  ({ ledger } = opened);
  await fillLedger(ledger);
});
afterEach(() => opened.close());

const refused = { code: 'CIPHERTEXT_REFUSED' };
const findings = (of = ledger) => of.findings({ since: new Date(0), limitMax: 10 });
const constraints = ['aggregates', 'family_parts', 'marks', 'findings'] as const;
const dropConstraints = async () => {
  for (const table of constraints) {
    await opened.ask(`alter table audit_${table} drop constraint audit_${table}_sealed`);
  }
};

async function expectAll(of = ledger): Promise<void> {
  for (const service of ['a', 'b']) {
    expect(await of.mark(service)).toEqual(remembered.mark(service));
    const tracked = await of.tracked(service, ['x', 'y', 'z']);
    expect([...tracked.values()]).toEqual([remembered.aggregate('x'), remembered.aggregate('y')]);
  }
  expect(await of.endedFamilies(10)).toEqual([remembered.family('s-1'), remembered.family('s-2')]);
  expect(await of.families('a', ['s-2'])).toEqual(new Map([['s-2', remembered.family('s-2')]]));
  expect(await findings(of)).toMatchObject([remembered.finding('x'), remembered.finding('y')]);
}

test('what the auditor remembers is read, and stands in no column', async () => {
  await expectAll();
  expect(opened.refusals).toEqual([]);
  const stored = await opened.stored();
  expect(stored.match(/hf1\.audit\./g)).toHaveLength(2 + 4 + 2 + 2);
  expect(stored).not.toContain('secret-');
});

const aggregates = () => ledger.tracked('a', ['x']);
const families = () => ledger.families('a', ['s-1']);
const mark = () => ledger.mark('a');
const exchanged = (table: string, column: string, both: string, differ: string) =>
  `update ${table} t set ${column} = o.${column} from ${table} o where ${both} and ${differ}`;

test.each([
  [
    'states of two aggregates',
    exchanged('audit_aggregates', 'state', 't.service = o.service', 't.id <> o.id'),
    aggregates,
  ],
  [
    'states of two services',
    exchanged('audit_aggregates', 'state', 't.id = o.id', 't.service <> o.service'),
    aggregates,
  ],
  ['a number set back', 'update audit_aggregates set seq = 1', aggregates],
  ['a number of the log set back', 'update audit_aggregates set log_seq = 1', aggregates],
  [
    'an aggregate that shall not be compared',
    'update audit_aggregates set stalled = true',
    aggregates,
  ],
  [
    'parts of two sagas',
    exchanged(
      'audit_family_parts',
      'part',
      't.service = o.service',
      't.workflow_id <> o.workflow_id',
    ),
    families,
  ],
  ['a saga that shall not have ended', 'update audit_family_parts set ended = false', families],
  [
    'marks of two services',
    exchanged('audit_marks', 'mark', 'true', 't.service <> o.service'),
    mark,
  ],
])('%s: refused by name, and counted', async (_, forge, read) => {
  await opened.ask(forge);
  await expect(read()).rejects.toMatchObject(refused);
  await expect(read()).rejects.toThrow(/audit_\w+ /);
  expect(opened.refusals).toEqual(['AUTHENTICATION', 'AUTHENTICATION']);
});

test('an older state beside the number of today is refused', async () => {
  type Kept = { readonly state: string };
  const text = `select state from audit_aggregates where service = 'a' and id = 'x'`;
  const [older] = await opened.ask<Kept>(text);
  const tracked = [remembered.aggregate('x', 3)];
  await ledger.commit({ service: 'a', mark: remembered.mark('a'), tracked });
  await opened.ask(`update audit_aggregates set state = '${older!.state}' where seq = 3`);
  await expect(aggregates()).rejects.toMatchObject(refused);
});

test.each([
  ['audit_aggregates', 'state', `'{"word":"forged"}'`, aggregates],
  ['audit_family_parts', 'part', `'{"workflowId":"s-1"}'`, families],
  ['audit_marks', 'mark', `'{"offsets":{"0":"99"}}'`, mark],
])('plaintext in %s is taken by no database, and believed by no auditor', async (...row) => {
  const [table, column, text, read] = row;
  const forge = `update ${table} set ${column} = ${text}`;
  await expect(opened.ask(forge)).rejects.toThrow(`${table}_sealed`);
  await dropConstraints();
  await opened.ask(forge);
  await expect(read()).rejects.toMatchObject(refused);
  expect(opened.refusals).toEqual(['FORMAT']);
});

test('a finding that was changed says so, and hides no other one', async () => {
  await opened.ask(`update audit_findings set saga_id = 'another' where subject = 'x'`);
  await expect(findings()).resolves.toMatchObject([
    { subject: 'x', isRefused: true, detail: expect.stringContaining('audit_findings') as string },
    remembered.finding('y'),
  ]);
  await opened.ask(`update audit_findings set saga_id = null`);
  expect(await findings()).toMatchObject([remembered.finding('x'), remembered.finding('y')]);
  const calmed = `update audit_findings set code = 'EVENT_OVERDUE' where subject = 'y'`;
  await opened.ask(calmed);
  expect((await findings()).map(({ isRefused = false }) => isRefused)).toEqual([false, true]);
});

const see = (...subjects: string[]) =>
  ledger.commit({
    ...{ service: 'a', mark: remembered.mark('a') },
    findings: subjects.map((subject) => remembered.finding(subject)),
  });

test('a finding whose place somebody has taken is told all the same, with its own detail', async () => {
  const calmed = `insert into audit_findings values
    ('STATE_DIFFERS', 'a', 'z', 'e', 's', 'hf1.audit.AAAA', '2020-01-01', now(), 'known')`;
  await opened.ask(calmed);
  await opened.ask(`update audit_findings set saga_id = 'another' where subject = 'x'`);
  expect((await see('x', 'y', 'z')).map(({ subject }) => subject)).toEqual(['x', 'z']);
  const since = new Date(Date.now() - 60_000);
  const kept = await ledger.findings({ since, limitMax: 10 });
  const subjects = ['x', 'y', 'z'];
  const inOrder = [...kept].sort((left, right) => (left.subject < right.subject ? -1 : 1));
  expect(inOrder).toMatchObject(subjects.map((subject) => remembered.finding(subject)));
  for (const one of kept) {
    expect(Object.keys(one).sort()).toEqual(
      ['code', 'detail', 'firstSeen', 'lastSeen', 'service', 'subject'].sort(),
    );
  }
  expect(await see('x', 'y', 'z')).toEqual([]);
});

test.each(['insert', 'update'])(
  'a finding that the database does not take is no known one: %s',
  async (act) => {
    await opened.ask(`create function nothing() returns trigger language plpgsql
      as 'begin return null; end'`);
    await opened.ask(`create trigger silent before ${act} on audit_findings
      for each row execute function nothing()`);
    const unavailable = { code: 'STORE_UNAVAILABLE' };
    await expect(see(act === 'insert' ? 'z' : 'x')).rejects.toMatchObject(unavailable);
    expect(await findings()).toMatchObject([remembered.finding('x'), remembered.finding('y')]);
  },
);

test('without keys nothing is read, and nothing is written', async () => {
  const { config } = opened;
  const keyless = openLedger(config, noKeys);
  try {
    await keyless.takeOver();
    const before = await opened.stored();
    const unavailable = { code: 'KEYS_UNAVAILABLE' };
    await expect(keyless.mark('a')).rejects.toMatchObject(unavailable);
    await expect(fillLedger(keyless)).rejects.toMatchObject(unavailable);
    expect(await opened.stored()).toBe(before);
    expect(await keyless.openFindings()).toEqual([
      { code: 'STATE_DIFFERS', service: 'a', count: 2 },
    ]);
  } finally {
    await keyless.close();
  }
});

/** The same content as code before version 3 wrote it, one saga in the table of version 1. */
async function makePlain(): Promise<void> {
  await dropConstraints();
  const quoted = (value: unknown) => `'${JSON.stringify(value)}'`;
  for (const service of ['a', 'b']) {
    await opened.ask(
      `update audit_marks set mark = ${quoted(remembered.mark(service))} where service = '${service}'`,
    );
  }
  for (const id of ['x', 'y']) {
    await opened.ask(
      `update audit_aggregates set state = '${remembered.aggregate(id).state}' where id = '${id}';
       update audit_findings set detail = 'secret-${id}' where subject = '${id}'`,
    );
  }
  await opened.ask(
    `update audit_family_parts set part = ${quoted(remembered.family('s-1'))};
     update tables_version set version = 2, oldest = 1`,
  );
}

test('a ledger of before is taken over when a person says so, once, and by no process', async () => {
  await makePlain();
  await opened.ask(
    `delete from audit_family_parts where workflow_id = 's-2';
     create table audit_families (workflow_id text primary key, ended boolean not null, family json);
     alter table audit_families owner to auditor;
     insert into audit_families values ('s-2', true, '${JSON.stringify(remembered.family('s-2'))}')`,
  );
  await expect(ledger.migrate()).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED' });
  expect(await ledger.readTablesVersion()).toEqual({ version: 2, oldest: 1 });
  const tables = ledger.tablesOf({ ready: async () => undefined });
  await Promise.all([tables.migrate(), tables.migrate()]);
  expect(await ledger.readTablesVersion()).toEqual({ version: 3, oldest: 3 });
  expect(await opened.stored()).not.toContain('secret-');
  expect(await ledger.families('sagas', ['s-2'])).toEqual(
    new Map([['s-2', remembered.family('s-2')]]),
  );
  await opened.ask(`delete from audit_family_parts where workflow_id = 's-2'`);
  const families = [remembered.family('s-2')];
  await ledger.commit({ service: 'a', mark: remembered.mark('a'), families });
  await expectAll();

  await dropConstraints();
  await opened.ask(`update audit_aggregates set state = '{"word":"forged"}'`);
  await tables.migrate();
  await expect(aggregates()).rejects.toMatchObject(refused);
});
