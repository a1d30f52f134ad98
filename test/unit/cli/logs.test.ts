import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chosenLogs, lastOf } from '../../../cli/local/logs/command';
import { inOrder } from '../../../platform/kernel/in-order';
import { openLogFile } from '../../../cli/local/logs/files';
import { asJson, asText, isWanted, lineReader } from '../../../cli/local/logs/lines';
import { projectRoot } from '../../../platform/runtime/paths';

const stateDir = mkdtempSync(path.join(tmpdir(), 'holdfast-logs-'));
const file = (name: string): string => path.join(stateDir, 'logs', `${name}.log`);
const line = (seconds: number, level: string, msg: string, more = {}): string =>
  `${JSON.stringify({ level, time: `2026-11-28T10:00:0${seconds}.000Z`, process: 'x', msg, ...more })}\n`;

beforeAll(() => {
  mkdirSync(path.join(stateDir, 'logs'));
  writeFileSync(file('gateway'), line(1, 'info', 'begun') + line(4, 'error', 'no answer'));
  writeFileSync(file('payments-2'), line(2, 'debug', 'asked') + line(3, 'warn', 'late'));
  writeFileSync(file('kafka'), 'words of its own\n');
});
afterAll(() => rmSync(stateDir, { recursive: true }));

const read = (name: string) => openLogFile(stateDir, name).next().map(lineReader(name));

function refusal(...asked: Parameters<typeof chosenLogs>): unknown {
  try {
    return chosenLogs(...asked);
  } catch (error) {
    return error;
  }
}

test('our own processes are shown unless told, and a server when it is named', () => {
  expect(chosenLogs(stateDir, [])).toEqual(['gateway', 'payments-2']);
  expect(chosenLogs(stateDir, ['kafka'])).toEqual(['kafka']);
});

test('a process without a log is refused, and so is a folder without any', () => {
  expect(refusal(stateDir, ['orders'])).toMatchObject({
    ...{ code: 'LOGS_UNKNOWN', fix: 'there are: gateway, kafka, payments-2' },
  });
  expect(refusal(tmpdir(), [])).toMatchObject({ code: 'LOGS_UNKNOWN' });
});

test('lines of all processes stand in the order of time', () => {
  const all = inOrder([...read('payments-2'), ...read('gateway')]);
  expect(all.map(({ process, text }) => `${process} ${text}`)).toEqual([
    ...['gateway begun', 'payments-2 asked', 'payments-2 late', 'gateway no answer'],
  ]);
});

test.each([
  ['error', ['no answer']],
  ['warn', ['no answer']],
  ['info', ['begun', 'no answer']],
] as const)('%s shows that and worse', (level, texts) => {
  const shown = read('gateway').filter((one) => isWanted(one, { level }));
  expect(shown.map(({ text }) => text)).toEqual(texts);
});

test('a server’s own words have no level and no time: they are shown as they are', () => {
  const [own] = read('kafka');
  expect(own && [isWanted(own, { level: 'error' }), asText(own)]).toEqual([
    ...[true, `${' '.repeat(19)}kafka        words of its own`],
  ]);
  expect(own && isWanted(own, { level: 'debug', saga: 'place-order:1' })).toBe(false);
});

test.each([
  ['place-order:1', { workflowId: 'place-order:1' }, true],
  ['place-order:1', { sagaId: 'place-order:1/run' }, true],
  ['place-order:1/run', { sagaId: 'place-order:1/run' }, true],
  ['place-order:1/run', { workflowId: 'place-order:1' }, true],
  ['place-order:1', { sagaId: 'place-order:11/run' }, false],
  ['place-order:1', {}, false],
])('a line of saga %s with %j: %s', (saga, fields, expected) => {
  const one = lineReader('orders')(line(1, 'info', 'done', fields));
  expect(isWanted(one, { level: 'info', saga })).toBe(expected);
});

test('people read fields behind the text, programs the line as it was written', () => {
  const error = { code: 'ECONNREFUSED', message: 'nobody listens', stack: 'at …' };
  const one = lineReader('orders')(line(1, 'warn', 'tried again', { step: 'ship stock', error }));
  expect(asText(one)).toBe(
    '10:00:01.000 warn  orders       tried again step="ship stock" error="nobody listens" code=ECONNREFUSED',
  );
  expect(JSON.parse(asJson(one))).toMatchObject({ process: 'orders', msg: 'tried again', error });
});

test('a file that grows is read on where it was, whole lines only; one begun anew from its start', () => {
  const log = openLogFile(stateDir, 'orders');
  expect(log.next()).toEqual([]);
  writeFileSync(file('orders'), 'one\nhal');
  expect(log.next()).toEqual(['one']);
  appendFileSync(file('orders'), 'f\ntwo ✓\n');
  expect(log.next()).toEqual(['half', 'two ✓']);
  writeFileSync(file('orders'), 'new\n');
  expect(log.next()).toEqual(['new']);
  rmSync(file('orders'));
});

test('--follow shows what comes, and ends at Ctrl-C', async () => {
  const program = path.join(projectRoot, 'dist', 'cli', 'holdfast.js');
  const words = ['logs', 'gateway', '--follow', '--lines', '1', '--state', stateDir];
  const child = spawn(process.execPath, [program, ...words]);
  const heard = async (): Promise<string> => String((await once(child.stdout, 'data'))[0]);
  expect(await heard()).toContain('no answer');
  appendFileSync(file('gateway'), line(5, 'info', 'later'));
  expect(await heard()).toContain('later');
  child.kill('SIGINT');
  expect((await once(child, 'exit'))[0]).toBe(0);
});

test('the last lines of a server that says no time stand behind the others, and are not lost among them', () => {
  const ours = Array.from({ length: 9 }, (_, at) =>
    lineReader('orders')(line(at, 'info', `${at}`)),
  );
  const shown = lastOf([read('kafka'), ours], 3).map((lines) => lines.map(({ text }) => text));
  expect(shown).toEqual([['6', '7', '8'], ['words of its own']]);
});

test('whoever looks for something reads from the first line, that of the file put aside', () => {
  writeFileSync(`${file('orders')}.1`, 'oldest\n');
  writeFileSync(file('orders'), 'newer\n');
  expect(openLogFile(stateDir, 'orders', true).next()).toEqual(['oldest', 'newer']);
  expect(openLogFile(stateDir, 'orders').next()).toEqual(['newer']);
  rmSync(file('orders'));
  rmSync(`${file('orders')}.1`);
});
