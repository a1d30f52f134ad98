import { openClient } from '../../platform/outbox/mongodb/collections';
import { mongoOptions } from '../../platform/runtime/connections';
import { asAdmin } from './key-store';
import { configFor } from './world';

/** Lets PostgreSQL and MongoDB write everything that was committed to their files, and not to their journals alone. */
export async function checkpoint(): Promise<void> {
  await asAdmin('postgres', 'checkpoint');
  const { url, options } = mongoOptions(configFor('orders'));
  const mongodb = openClient(url, options);
  await mongodb
    .db('admin')
    .command({ fsync: 1 })
    .finally(() => mongodb.close());
}
