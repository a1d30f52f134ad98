import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endpointsOf, environmentOf, portAllotter } from '../../../stack/environment';
import {
  choosePorts,
  portBlock,
  portOffsets,
  portsFrom,
  requireFree,
  serviceOffset,
  spareMax,
} from '../../../stack/ports';
import { parseConfig } from '../../../platform/runtime/config';

const stateDir = mkdtempSync(path.join(tmpdir(), 'ports-'));
afterAll(() => rmSync(stateDir, { recursive: true }));

describe('a block of ports', () => {
  test('holds every port once, inside its size', () => {
    const offsets = Object.values(portOffsets);
    expect(new Set(offsets).size).toBe(offsets.length);
    expect(Math.max(...offsets)).toBeLessThan(portBlock.size);
  });

  test('cannot start where it would not fit', () => {
    expect(() => portsFrom(80)).toThrow(/PORT_TAKEN.*\n.*--port-base between 1024 and/);
    expect(() => portsFrom(65_500)).toThrow(/PORT_TAKEN/);
  });

  test('has a place for each further service, from its end backwards', () => {
    expect([0, 2, 3, 4].map(serviceOffset)).toEqual([32, 34, 59, 58]);
  });

  test('is the usual one for a new state folder and the same one ever after', async () => {
    expect((await choosePorts(stateDir)).base).toBe(portBlock.defaultBase);
    expect((await choosePorts(stateDir, 18_000)).base).toBe(18_000);
    expect((await choosePorts(stateDir)).base).toBe(18_000);
  });

  test('gives further processes spare ports, each its own, up to its end', () => {
    const portOf = portAllotter(portsFrom(20_000));
    expect(portOf('payments')).toBe(20_033);
    expect(portOf('payments-2')).toBe(20_038);
    expect(portOf('payments-3')).toBe(20_039);
    expect(portOf('payments-2')).toBe(20_038);
    for (let index = 2; index < spareMax; index += 1) portOf(`p${index}`);
    expect(() => portOf('one-too-many')).toThrow(/No port is left/);
  });

  test('with a taken port is refused by its number, and says how to choose another', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    const refused = expect(requireFree('redis', [port])).rejects;
    await refused.toMatchObject({ code: 'PORT_TAKEN', subject: 'redis' });
    await expect(requireFree('redis', [port])).rejects.toThrow(`port ${port} is taken`);
    await expect(requireFree('redis', [port])).rejects.toThrow('--port-base');
    await new Promise((resolve) => server.close(resolve));
    await requireFree('redis', [port]);
  });
});

test('the environment of a process is one its configuration accepts', () => {
  const ports = portsFrom(17_000);
  const environment = environmentOf(
    {
      endpoints: endpointsOf(ports, 3),
      certsDir: '/certs',
      instance: 'x1',
      kekFile: '/state/kek',
      consulTokenOf: (name) => `token of ${name}`,
      portOf: portAllotter(ports),
    },
    'payments',
  );
  const config = parseConfig(environment);
  expect(config.HOLDFAST_KAFKA_BROKERS).toEqual([
    'localhost:17010',
    'localhost:17011',
    'localhost:17012',
  ]);
  expect(config.HOLDFAST_CONSUL_TOKEN).toBe('token of payments');
  expect(config.HOLDFAST_HTTP_PORT).toBe(17_033);
  expect(config.HOLDFAST_ISSUER).toBe('https://localhost:17016/realms/holdfast');
});
