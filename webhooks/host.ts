import type { HostedService, Vaults } from '../platform/host/hosted-service';
import type { Config } from '../platform/runtime/config';
import type { Log } from '../platform/runtime/log';
import { openWebhookApi } from './api';
import { targetRules } from './process';
import type { WebhookStore } from './store';

/** The service with the operations on webhooks in its API. */
export function withWebhooks(
  service: HostedService,
  parts: {
    readonly storeOf: (keys: Vaults) => WebhookStore;
    readonly config: Config;
    readonly log: Log;
  },
): HostedService {
  const { storeOf, config, log } = parts;
  return {
    ...service,
    open(hosted, keys, options) {
      const opened = service.open(hosted, keys, options);
      const issuer = config.HOLDFAST_ISSUER;
      const webhooks = openWebhookApi({
        ...{ store: storeOf(keys), rules: targetRules(config), issuer, log },
      });
      return {
        ...opened,
        api: {
          mount(app, guard) {
            opened.api.mount(app, guard);
            webhooks.mount(app, guard);
          },
        },
      };
    },
  };
}
