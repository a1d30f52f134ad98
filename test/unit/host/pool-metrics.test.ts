import { EventEmitter } from 'node:events';
import type { MongoClient } from 'mongodb';
import { Registry } from 'prom-client';
import { observePools } from '../../../platform/host/pool-metrics';
import { watchPool } from '../../../platform/outbox/mongodb/pool-use';
import { openPool } from '../../../platform/outbox/postgres/connection';

async function shown(instance = ''): Promise<readonly string[]> {
  const registry = new Registry();
  observePools(registry, { HOLDFAST_INSTANCE: instance });
  const text = await registry.metrics();
  return text
    .split('\n')
    .filter((line) => line.startsWith('db_pool'))
    .map((line) => line.replace('db_pool_connections', ''));
}

describe('the pools of a process', () => {
  test('of PostgreSQL are shown by database, without the suffix of an instance, until they end', async () => {
    const pool = openPool({ database: 'payments_w1' });
    expect(await shown('w1')).toEqual([
      '{database="payments",state="in_use"} 0',
      '{database="payments",state="idle"} 0',
      '{database="payments",state="waiting"} 0',
    ]);
    await pool.end();
    expect(await shown('w1')).toEqual([]);
  });

  test('of MongoDB are followed by what the driver says', async () => {
    const client = new EventEmitter();
    watchPool(client as unknown as MongoClient, 'orders');
    const one = { address: 'mongo:1', connectionId: 1 };
    const two = { address: 'mongo:1', connectionId: 2 };
    client.emit('topologyOpening');
    for (const connection of [one, two]) client.emit('connectionCreated', connection);
    for (const name of ['Started', 'Started', 'Started', 'Failed'])
      client.emit(`connectionCheckOut${name}`, one);
    client.emit('connectionCheckedOut', one);
    const use = (taken: number, idle: number, waiting: number) => [
      `{database="orders",state="in_use"} ${taken}`,
      `{database="orders",state="idle"} ${idle}`,
      `{database="orders",state="waiting"} ${waiting}`,
    ];
    expect(await shown()).toEqual(use(1, 1, 1));
    client.emit('connectionCheckedIn', one);
    client.emit('connectionClosed', two);
    client.emit('connectionCheckedOut', one);
    expect(await shown()).toEqual(use(1, 0, 0));
    client.emit('topologyClosed');
    expect(await shown()).toEqual([]);
  });
});
