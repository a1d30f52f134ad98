import { hostable } from '../platform/host/hosted-service';
import type { HostedService } from '../platform/host/hosted-service';
import { inventoryOperations, openInventoryApi } from './inventory/api';
import { inventoryIdentities } from './inventory/identities';
import { inventoryService } from './inventory/service';
import { openInventoryStore } from './inventory/store';
import { openOrdersApi, ordersOperations } from './orders/api';
import { orderIdentities } from './orders/identities';
import { ordersService } from './orders/service';
import { openOrdersStore } from './orders/store';
import { openPaymentsApi, paymentsOperations } from './payments/api';
import { paymentIdentities } from './payments/identities';
import { openProvider } from './payments/provider/client';
import { compareLedgers, readProviderLedger } from './payments/provider/ledger';
import { paymentsService } from './payments/service';
import { openPaymentsStore } from './payments/store';

/** Orders on MongoDB. */
export const orders = hostable({
  definition: ordersService,
  openStore: openOrdersStore,
  openApi: openOrdersApi,
  operations: ordersOperations,
  identities: orderIdentities,
});

/** Payments on PostgreSQL. */
export const payments = hostable({
  definition: paymentsService,
  openStore: openPaymentsStore,
  openApi: openPaymentsApi,
  operations: paymentsOperations,
  identities: paymentIdentities,
  openOutside: openProvider,
  auditOutside: async (config, aggregates) =>
    compareLedgers(aggregates, await readProviderLedger(config)),
});

/** Inventory on DynamoDB. */
export const inventory = hostable({
  definition: inventoryService,
  openStore: openInventoryStore,
  openApi: openInventoryApi,
  operations: inventoryOperations,
  identities: inventoryIdentities,
});

/** Every service, one line each: what the participant worker can run and audits look at. */
export const services: readonly HostedService[] = [orders, payments, inventory];
