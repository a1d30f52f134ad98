import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { createServer as createPlainServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { authorityLines, stageLines } from '../../../cli/certs/print';
import { certificatesIn, readCertificate } from '../../../stack/authority';
import { certificateNames, openCertificates } from '../../../stack/certificates';
import { portsFrom } from '../../../stack/ports';
import {
  believe,
  filesOf,
  isOf,
  makeNext,
  namesNotOf,
  promote,
  readAuthorities,
  retiredOf,
} from '../../../stack/rollover/authorities';
import { brokersAsStarted } from '../../../stack/rollover/controllers';
import { carryOut } from '../../../stack/rollover/rollover';
import type { RolloverOptions } from '../../../stack/rollover/rollover';
import type { Stage } from '../../../stack/rollover/stages';
import { rolloverStatus } from '../../../stack/rollover/status';
import type { Reach } from '../../../stack/servers/server';

let stateDir: string;
let reach: Reach;
let server: Server;
/** Whether the only server there is reads its files again. */
let reads: NodeJS.Timeout | undefined;

const file = (name: string): Buffer => readFileSync(path.join(stateDir, 'certs', name));
const context = () => ({ ca: file('ca.crt'), cert: file('gateway.crt'), key: file('gateway.key') });
const read = (): void => server.setSecureContext(context());
const follow = (): void => void (reads = setInterval(read, 20));

/** The gateway's place, taken by a server that lets in whom its files tell it to; nothing else of the stack runs. */
beforeEach(async () => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'rollover-'));
  await openCertificates(stateDir);
  const asks = { requestCert: true, rejectUnauthorized: false };
  server = createServer({ ...context(), ...asks }, ({ socket }, response) => {
    response.writeHead((socket as TLSSocket).authorized ? 200 : 403).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: gateway } = server.address() as AddressInfo;
  const ports = { ...portsFrom(1_024), gateway };
  const certsDir = path.join(stateDir, 'certs');
  reach = { stateDir, certsDir, ports, brokers: 1, secret: () => '' };
});
afterEach(async () => {
  clearInterval(reads);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(stateDir, { recursive: true });
});

const out = (stage: Stage, options: RolloverOptions = {}) =>
  carryOut(reach, stage, { arriveMs: 1_000, paceMs: 0, ...options });
const codeOf = (stage: Stage, options?: RolloverOptions): Promise<unknown> =>
  out(stage, options).then(
    ({ behind }) => behind,
    (error: { code?: string }) => error.code,
  );
const gateway = async () =>
  (await rolloverStatus(reach)).listeners.find(({ listener }) => listener === 'gateway');
/** As if more than a minute had gone by since every leaf was issued. */
const minuteLater = (): void =>
  writeFileSync(filesOf(reach).reissuedAt, new Date(Date.now() - 66_000).toISOString());
const bundle = (): string[] =>
  certificatesIn(filesOf(reach).bundle).map(({ serialNumber }) => serialNumber);

test('another authority is believed, signs, and is alone in the end; nothing is left of the one before', async () => {
  const { old } = await readAuthorities(reach);
  follow();
  expect(await codeOf('reissue')).toBe('ROLLOVER_NOT_BEGUN');
  expect(await codeOf('retire')).toBe('ROLLOVER_NOT_BEGUN');
  expect(await codeOf('trust')).toEqual([]);
  expect(await gateway()).toMatchObject({ shows: 'old', old: 'answered', new: 'answered' });
  expect(await codeOf('retire')).toBe('REISSUE_NOT_EVERYWHERE');

  expect(await codeOf('reissue')).toEqual([]);
  expect(await gateway()).toMatchObject({ shows: 'new', old: 'answered', new: 'answered' });
  expect(await codeOf('trust')).toBe('ROLLOVER_FURTHER');
  const { new: after } = await readAuthorities(reach);
  for (const name of certificateNames) {
    const leaf = readCertificate(path.join(stateDir, 'certs', `${name}.crt`));
    expect(leaf && (await isOf(leaf, after.certificate))).toBe(true);
  }

  minuteLater();
  expect(await codeOf('retire')).toEqual([]);
  expect(bundle()).toEqual([after.certificate.serialNumber]);
  for (const one of ['old.key', 'old.crt', 'next.key', 'next.crt', 'rollover.lock']) {
    expect(existsSync(path.join(stateDir, 'authority', one))).toBe(false);
  }
  expect(retiredOf(reach)).toMatchObject([{ certificate: old.certificate.toString('pem') }]);
  expect(await codeOf('retire')).toEqual([]);
  // What starts afterwards goes on with the new one.
  await openCertificates(stateDir);
  expect(bundle()).toEqual([after.certificate.serialNumber]);
});

test('a listener that does not read its files is named, and nothing goes on without it', async () => {
  expect(await out('trust')).toMatchObject({ behind: ['gateway'], position: 'trust' });
  expect(await codeOf('reissue')).toBe('TRUST_NOT_EVERYWHERE');
  const [signs] = bundle();
  expect((await readAuthorities(reach)).old.certificate.serialNumber).toBe(signs);
  read();
  const reissued = await out('reissue');
  expect(reissued).toMatchObject({ behind: ['gateway'], position: 'reissue' });
  expect(stageLines(reissued).slice(-2)).toEqual([
    'reissue: not yet at gateway',
    'again: holdfast certs rollover reissue',
  ]);
  minuteLater();
  expect(await codeOf('retire')).toBe('REISSUE_NOT_EVERYWHERE');
  expect(bundle()).toHaveLength(2);
  read();
  expect(await codeOf('reissue')).toEqual([]);
  minuteLater();
  // It goes on believing the one before: its key is kept until it does not.
  expect(await out('retire')).toMatchObject({ behind: ['gateway'], position: 'reissue' });
  expect(existsSync(filesOf(reach).old.key)).toBe(true);
  read();
  expect(await codeOf('retire')).toEqual([]);
  expect(existsSync(filesOf(reach).old.key)).toBe(false);
});

test('whoever is interrupted goes on where it was', async () => {
  follow();
  // After the key of the next one was written, and nothing else.
  const { new: next } = await makeNext(reach);
  expect(await codeOf('trust')).toEqual([]);
  expect(bundle()[1]).toBe(next.certificate.serialNumber);
  // After what is left of the one before was written, and it still signs.
  const { key, old } = filesOf(reach);
  writeFileSync(old.key, readFileSync(key));
  expect((await readAuthorities(reach)).position).toBe('trust');
  // After the new one signs, and no leaf was issued.
  await promote(reach, await readAuthorities(reach));
  expect(await codeOf('retire')).toBe('REISSUE_NOT_EVERYWHERE');
  expect(await namesNotOf(reach, next)).toHaveLength(certificateNames.length);
  expect(await codeOf('reissue')).toEqual([]);
  expect(await namesNotOf(reach, next)).toEqual([]);
  // After nobody is told of the one before any more, and its key is still there.
  minuteLater();
  believe(reach, [next]);
  expect(await codeOf('retire')).toEqual([]);
  expect((await readAuthorities(reach)).position).toBe('settled');
});

test('sagas of before are waited for, unless they are left behind on purpose', async () => {
  follow();
  await out('trust');
  await out('reissue');
  minuteLater();
  const asked: Date[] = [];
  const sagasBegunBefore = async (at: Date) => {
    asked.push(at);
    return 2;
  };
  expect(await codeOf('retire', { sagasBegunBefore })).toBe('SAGAS_UNDER_OLD_AUTHORITY');
  expect(bundle()).toHaveLength(2);
  expect(asked[0]?.getTime()).toBeGreaterThan(Date.now() - 66_000);
  expect(await codeOf('retire', { sagasBegunBefore, isDespiteSagas: true })).toEqual([]);
});

test('who listens and shows nothing is behind, and not away', async () => {
  follow();
  const mute = createPlainServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port: orders } = mute.address() as AddressInfo;
  reach = { ...reach, ports: { ...reach.ports, orders } };
  try {
    expect(await codeOf('trust')).toEqual(['orders']);
    expect(await codeOf('reissue')).toBe('TRUST_NOT_EVERYWHERE');
  } finally {
    await new Promise((resolve) => mute.close(resolve));
  }
  expect(await codeOf('reissue')).toEqual([]);
});

test('three brokers must be started again, one has nobody to call', async () => {
  follow();
  await out('trust');
  const pids = path.join(stateDir, 'pids');
  mkdirSync(pids);
  const started = (name: string, at: Date): void => {
    writeFileSync(path.join(pids, `${name}.json`), '{}');
    utimesSync(path.join(pids, `${name}.json`), at, at);
  };
  const before = new Date(Date.now() - 120_000);
  for (const name of ['kafka-1', 'kafka-2', 'kafka-3']) started(name, before);
  expect(brokersAsStarted(reach, 'trust')).toEqual([]);
  reach = { ...reach, brokers: 3 };
  expect(brokersAsStarted(reach, 'trust')).toEqual(['kafka-1', 'kafka-2', 'kafka-3']);
  expect(await codeOf('reissue')).toBe('CONTROLLERS_AS_STARTED');
  for (const name of ['kafka-1', 'kafka-2', 'kafka-3']) started(name, new Date());
  expect(brokersAsStarted(reach, 'trust')).toEqual([]);
  expect(await codeOf('reissue')).toEqual([]);
  started('kafka-2', before);
  minuteLater();
  expect(brokersAsStarted(reach, 'reissue')).toEqual(['kafka-2']);
});

test('one at a time', async () => {
  follow();
  const first = out('trust');
  expect(await codeOf('trust')).toBe('ROLLOVER_IN_USE');
  await first;
  // Whoever was killed over it holds nothing.
  writeFileSync(filesOf(reach).lock, JSON.stringify({ pid: process.pid, mark: 'another start' }));
  expect(await codeOf('trust')).toEqual([]);
});

test('the status says who signs, who is believed, and what is next', async () => {
  follow();
  expect(await rolloverStatus(reach)).toMatchObject({ position: 'settled', behind: [] });
  await out('trust');
  const status = await rolloverStatus(reach);
  expect(status.authorities).toMatchObject([{ is: 'signs' }, { is: 'next', daysLeft: 364 }]);
  const lines = authorityLines(status);
  expect(lines[1]).toMatch(/^authority signs 364 days [0-9a-f]{64}$/);
  expect(lines.at(-1)).toBe('rollover: trust, everywhere; next: holdfast certs rollover reissue');
});
