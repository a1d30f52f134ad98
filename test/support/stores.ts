import { randomBytes } from 'node:crypto';
import { createMemoryStore } from '../../platform/outbox/memory/store';
import { openDynamoStore } from '../../platform/outbox/dynamodb/store';
import { openMongoStore } from '../../platform/outbox/mongodb/store';
import { openPostgresStore } from '../../platform/outbox/postgres/store';
import type { ServiceStore } from '../../platform/outbox/ports';
import { parseConfig } from '../../platform/runtime/config';
import { dynamoOptions, mongoOptions, postgresOptions } from '../../platform/runtime/connections';
import type { Box } from './box-service';
import { environmentFor } from './world';

/** One of the stores every suite of the two ports runs on. */
export interface StoreCase {
  readonly name: 'memory' | 'postgres' | 'mongodb' | 'dynamodb';
  /** Opens the store of a world of its own; a missing server is a failure. */
  readonly open: (instance: string) => ServiceStore<Box>;
}

const configOf = (name: string) => parseConfig(environmentFor(name));

/** The in-memory model first, then the real databases, each through the identity that owns it. */
export const storeCases: readonly StoreCase[] = [
  { name: 'memory', open: () => createMemoryStore<Box>() },
  {
    name: 'postgres',
    open: (instance) =>
      openPostgresStore<Box>({ pool: postgresOptions(configOf('payments'), 'payments'), instance }),
  },
  {
    name: 'mongodb',
    open: (instance) =>
      openMongoStore<Box>({ ...mongoOptions(configOf('orders')), database: 'orders', instance }),
  },
  {
    name: 'dynamodb',
    open: (instance) =>
      openDynamoStore<Box>({
        client: dynamoOptions(configOf('inventory')),
        table: 'inventory',
        instance,
      }),
  },
];

/** A world no other run has used: short, lower case. */
export function freshInstance(): string {
  return `t${randomBytes(4).toString('hex')}`;
}
