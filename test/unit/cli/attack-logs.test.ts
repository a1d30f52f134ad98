import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { logsSince } from '../../../cli/attack/logs';

const folder = mkdtempSync(path.join(tmpdir(), 'attack-logs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, content: string | Buffer): void => {
  const place = path.join(folder, file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, content);
};
test('new lines of logs are whole lines that were written since', async () => {
  write('state/logs/gateway.log', 'old\n');
  write('state/logs/orders.log', 'old\n');
  const logs = logsSince(path.join(folder, 'state'));
  write('state/logs/gateway.log', 'old\n{"new":1}\nhalf a li');
  expect(await logs.untilSome('gateway')).toEqual(['{"new":1}']);
});
