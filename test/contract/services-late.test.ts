import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { services } from '../../activities';
import type { Config } from '../../platform/runtime/config';
import { eventually } from '../support/eventually';
import { freshInstance } from '../support/stores';
import { testKeys } from '../support/test-keys';
import { configFor } from '../support/world';

/** The database of each service, moved to a port where nobody listens yet. */
const elsewhere: Readonly<Record<string, (config: Config, port: number) => Config>> = {
  orders: (config, port) => ({
    ...config,
    HOLDFAST_MONGODB_URL: moved(config.HOLDFAST_MONGODB_URL, port),
  }),
  payments: (config, port) => ({ ...config, HOLDFAST_POSTGRES_PORT: port }),
  inventory: (config, port) => ({
    ...config,
    HOLDFAST_DYNAMODB_ENDPOINT: moved(config.HOLDFAST_DYNAMODB_ENDPOINT, port),
  }),
};

const moved = (url: string, port: number): string => {
  const address = new URL(url);
  address.port = String(port);
  return address.toString();
};

function realPort(config: Config, service: string): number {
  if (service === 'payments') return config.HOLDFAST_POSTGRES_PORT;
  const url =
    service === 'orders' ? config.HOLDFAST_MONGODB_URL : config.HOLDFAST_DYNAMODB_ENDPOINT;
  return Number(new URL(url).port);
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test.each(services.map((service) => [service.name, service] as const))(
  'the store of %s finds its database when it comes after the first question',
  async (name, service) => {
    const config = configFor(name, freshInstance());
    const port = await freePort();
    const store = service.openStore(elsewhere[name]!(config, port), testKeys);
    await expect(store.migrate()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(store.ping(1_000)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const forwarder = createServer((caller) => {
      const database = connect(realPort(config, name), '127.0.0.1');
      caller.pipe(database).pipe(caller);
      caller.on('error', () => database.destroy());
      database.on('error', () => caller.destroy());
    });
    await listen(forwarder, port);
    await eventually(() => store.migrate(), 20_000);
    await store.ping(5_000);
    expect(await store.listAggregates({ prefix: '', limitMax: 1 })).toEqual([]);
    await store.close();
    forwarder.close();
  },
);
