import { Client } from 'pg';
import { createApp } from '../../platform/http/app';
import { createHealth } from '../../platform/http/health';
import { createMetrics } from '../../platform/http/metrics';
import { postgresOptions } from '../../platform/runtime/connections';
import { silentLog } from '../../platform/runtime/log';
import { addressRule, networksOf } from '../../platform/webhooks/addresses';
import { portsOf } from '../../platform/webhooks/target';
import type { TargetRules } from '../../platform/webhooks/target';
import { openWebhookApi } from '../../webhooks/api';
import { openWebhookStore, webhookSchema } from '../../webhooks/store';
import type { WebhookStore } from '../../webhooks/store';
import { ask } from '../unit/http/in-process';
import { receiverAddress } from './receiver';
import { spokenTokens } from './spoken-tokens';
import { freshInstance } from './stores';
import { testKeys } from './test-keys';
import { configFor } from './world';

/** Rules that let a test's receiver be reached, by the name `receiver.test` too. */
export const testRules: TargetRules = {
  mayReach: addressRule(networksOf(receiverAddress)),
  ports: portsOf('443,1024-65535'),
  resolve: async (name) => (name === 'receiver.test' ? [receiverAddress] : []),
};

/** Tables of a world of their own. */
export async function openWebhooks() {
  const instance = freshInstance();
  const open = () => openWebhookStore(configFor('orchestrator', instance), testKeys);
  const store = open();
  await store.tables.migrate();
  return {
    ...{ store, open },
    async close() {
      await store.close();
      const admin = new Client(postgresOptions(configFor('admin'), 'sagas'));
      await admin.connect();
      await admin.query(`drop schema ${webhookSchema(instance)} cascade`);
      await admin.end();
    },
  };
}

/** A call of the operations on webhooks, as the gateway makes it. */
export interface WebhookCall {
  readonly method?: string;
  readonly path: string;
  readonly as?: string;
  readonly key?: string;
  readonly body?: object;
}

/** The operations over a real store, as the gateway asks for them. */
export function openWebhookDesk(store: WebhookStore) {
  const metrics = createMetrics({ defaults: false });
  const api = openWebhookApi({
    ...{ store, rules: testRules, issuer: 'https://id.test', log: silentLog },
  });
  const { registry } = metrics;
  const guard = { tokens: spokenTokens, log: silentLog, registry, peerOf: () => 'gateway' };
  const app = createApp({
    ...{ log: silentLog, metrics, health: createHealth() },
    mount: (on) => api.mount(on, guard),
  });
  return async ({ method, path, as = 'ann:customer', key, body }: WebhookCall) => {
    const answer = await ask(app, {
      ...{ path, method: method ?? (body === undefined ? 'GET' : 'POST') },
      ...(body === undefined ? {} : { body }),
      headers: {
        authorization: `Bearer ${as}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
    });
    const { status, headers, text } = answer;
    return { status, headers, body: text === '' ? {} : answer.json() };
  };
}
