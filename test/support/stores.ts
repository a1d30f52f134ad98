import { randomBytes } from 'node:crypto';
import { createMemoryStore } from '../../platform/outbox/memory/store';
import { openDynamoStore } from '../../platform/outbox/dynamodb/store';
import { openMongoStore } from '../../platform/outbox/mongodb/store';
import { openPostgresStore } from '../../platform/outbox/postgres/store';
import type { ServiceStore } from '../../platform/outbox/ports';
import { parseConfig } from '../../platform/runtime/config';
import { dynamoOptions, mongoOptions, postgresOptions } from '../../platform/runtime/connections';
import type { SealingOptions } from '../../platform/outbox/sealing';
import type { Box } from './box-service';
import { testVault } from './test-keys';
import { environmentFor } from './world';

type BoxSealing = Pick<SealingOptions, 'service' | 'vault'>;

/** One of the stores every suite of the two ports runs on. */
export interface StoreCase {
  readonly name: 'memory' | 'postgres' | 'mongodb' | 'dynamodb';
  /** Opens the store of a world of its own, sealed as told; a missing server is a failure. */
  readonly open: (instance: string, sealing?: BoxSealing) => ServiceStore<Box>;
}

/** Of whom boxes are and what they are sealed with, wherever they are kept, unless a test says otherwise. */
export const boxSealing: BoxSealing = { service: 'boxes', vault: testVault('boxes') };

const configOf = (name: string) => parseConfig(environmentFor(name));

/** The in-memory model first, then the real databases, each through the identity that owns it. */
export const storeCases: readonly StoreCase[] = [
  { name: 'memory', open: () => createMemoryStore<Box>() },
  {
    name: 'postgres',
    open: (instance, sealing = boxSealing) =>
      openPostgresStore<Box>({
        pool: postgresOptions(configOf('payments'), 'payments'),
        ...{ instance, ...sealing },
      }),
  },
  {
    name: 'mongodb',
    open: (instance, sealing = boxSealing) =>
      openMongoStore<Box>({
        ...mongoOptions(configOf('orders')),
        database: 'orders',
        ...{ instance, ...sealing },
      }),
  },
  {
    name: 'dynamodb',
    open: (instance, sealing = boxSealing) =>
      openDynamoStore<Box>({
        client: dynamoOptions(configOf('inventory')),
        table: 'inventory',
        ...{ instance, ...sealing },
      }),
  },
];

/** A world no other run has used: short, lower case. */
export function freshInstance(): string {
  return `t${randomBytes(4).toString('hex')}`;
}
