import { createAuditor } from '../../../platform/audit/auditor';
import { lookingFeed } from '../../../platform/audit/feed';
import { memoryLedger } from '../../../platform/audit/ledger/memory';
import { bodyOf, readLastLine, signLine } from '../../../platform/audit/report';
import { Fault } from '../../../platform/kernel/faults';
import { createAuthority } from '../../../stack/authority';
import { createLeaf } from '../../../stack/certificates';
import { auditedBoxes } from '../../support/audited-boxes';
import { anySchemas } from '../../support/counting';

const refused = new Fault('CIPHERTEXT_REFUSED', 'a stored value was refused (FORMAT): there');
const away = 'CIPHERTEXT_REFUSED a stored value was refused (FORMAT): there';

/** Two services at rest, one of them the journal, with one ledger. */
function atRest() {
  const { store, log, ledger, clock } = auditedBoxes();
  const code = { evolve: () => ({}), identity: { alone: () => [], weights: () => [] } };
  const services = ['boxes', 'sagas'].map((name) => {
    return { service: { ...code, name }, store: store as never, topic: log.topic };
  });
  const auditor = createAuditor({
    ...{ services, sagas: [], ledger, schemas: anySchemas, eventLog: log.eventLog },
    feed: lookingFeed(log.eventLog, 'auditor-test'),
    ...{ overdueMs: 30_000, now: () => clock.ms, isPaced: true },
  });
  return { ledger, auditor, store };
}

test('of a service: its audit waits and says where, and the other one goes on', async () => {
  const { ledger, auditor } = atRest();
  const mark = ledger.mark.bind(ledger);
  ledger.mark = (service) => (service === 'boxes' ? Promise.reject(refused) : mark(service));
  await expect(auditor.pass()).resolves.toMatchObject({
    services: [{ name: 'boxes', away }, { lag: 0 }],
  });
  ledger.mark = mark;
  expect((await auditor.pass()).services).toMatchObject([{ lag: 0 }, { lag: 0 }]);
});

test('of what is looked at now and then alone: it is said at every pass until it opens', async () => {
  const { auditor, store } = atRest();
  const history = store.history.bind(store);
  store.history = () => Promise.reject(refused);
  for (let passes = 0; passes < 5; passes += 1) {
    expect((await auditor.pass()).services).toMatchObject([{ away }, { away }]);
  }
  store.history = history;
  expect((await auditor.pass()).services).toMatchObject([{ lag: 0 }, { lag: 0 }]);
});

test('of an ended saga: none is judged, it is said where, and services go on', async () => {
  const { ledger, auditor } = atRest();
  ledger.endedFamilies = () => Promise.reject(refused);
  await expect(auditor.pass()).resolves.toMatchObject({
    services: [{ lag: 0 }, { name: 'sagas', away }],
  });
  ledger.endedFamilies = () => Promise.reject(new Fault('STORE_UNAVAILABLE', 'not taken'));
  await expect(auditor.pass()).resolves.toMatchObject({
    services: [{ lag: 0 }, { name: 'sagas', away: 'STORE_UNAVAILABLE not taken' }],
  });
  ledger.endedFamilies = () => Promise.reject(new Error('the ledger is away'));
  await expect(auditor.pass()).rejects.toThrow('away');
});

test('a line of the report says who waits, and of findings what they are about alone', async () => {
  const finding = { code: 'STATE_DIFFERS', service: 'boxes', subject: 'a', detail: 'secret 5' };
  const pass = { services: [{ name: 'boxes', away }], found: [finding], judgedSagas: 0, tookMs: 1 };
  const authority = await createAuthority();
  const ca = authority.certificate.toString('pem');
  const leaf = await createLeaf(authority, 'auditor');
  const credentials = { cert: Buffer.from(leaf.crt), key: Buffer.from(leaf.key) };
  const body = bodyOf([pass]);
  const line = await signLine({ number: 0, line: '' }, body, { credentials, at: new Date() });
  const ledger = memoryLedger();
  expect(await readLastLine(ledger, ca)).toEqual({ away: [] });
  await ledger.appendReport({ number: 0, line: '' }, line);
  expect(await readLastLine(ledger, ca)).toEqual({ away: [`boxes: ${away}`] });
  expect(body.found).toEqual([{ code: 'STATE_DIFFERS', service: 'boxes', subject: 'a' }]);
  expect(Buffer.from(line.split('.')[1] ?? '', 'base64url').toString()).not.toContain('secret');
});
