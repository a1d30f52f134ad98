import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { keepTrying } from '../platform/host/keep-trying';
import { prepareTables } from '../platform/host/prepare-tables';
import type { Config } from '../platform/runtime/config';
import { fromZero } from '../platform/runtime/from-zero';
import type { Log } from '../platform/runtime/log';
import { metricNames } from '../platform/runtime/metric-names';
import { addressRule, networksOf } from '../platform/webhooks/addresses';
import { attempt } from '../platform/webhooks/attempt';
import { portsOf, resolveByDns } from '../platform/webhooks/target';
import type { TargetRules } from '../platform/webhooks/target';
import { receiverTrust } from '../platform/webhooks/trust';
import { startSender } from './sender';
import type { Sender, SenderOptions } from './sender';
import type { WebhookStore } from './store';

/** Where webhooks of this deployment may go. */
export function targetRules(
  config: Pick<Config, 'HOLDFAST_WEBHOOK_ALLOW' | 'HOLDFAST_WEBHOOK_PORTS'>,
): TargetRules {
  return {
    mayReach: addressRule(networksOf(config.HOLDFAST_WEBHOOK_ALLOW)),
    ports: portsOf(config.HOLDFAST_WEBHOOK_PORTS),
    resolve: resolveByDns,
  };
}

/** What the webhooks of a process are built from. */
export interface WebhookParts {
  readonly config: Config;
  readonly log: Log;
  readonly registry: Registry;
  readonly store: WebhookStore;
}

/** Sends for as long as the process lives; what is away is waited for. */
export function startWebhooks({ config, log, registry, store }: WebhookParts): Sender {
  const stopping = new AbortController();
  const [rules, trust] = [targetRules(config), receiverTrust(config.HOLDFAST_WEBHOOK_CA_FILE)];
  const observe = observerOf(registry, store);
  let sender: Sender | undefined;
  const begun = keepTrying(() => prepareTables(store.tables, config), {
    ...{ name: 'webhooks', log, stopping: stopping.signal },
  }).then(() => {
    if (stopping.signal.aborted) return;
    sender = startSender({
      ...{ queue: store, log, observe },
      attempt: (outgoing, signal) => attempt(outgoing, { rules, trust: trust(), signal }),
    });
  });
  return {
    async stop() {
      stopping.abort();
      await begun;
      await sender?.stop();
      await store.close();
    },
  };
}

function observerOf(
  registry: Registry,
  store: WebhookStore,
): NonNullable<SenderOptions['observe']> {
  const attempts = new Counter({
    name: metricNames.webhookAttempts,
    help: 'Attempts to tell a webhook, by what came of it; dead ones were the last',
    labelNames: ['result'],
    registers: [registry],
  });
  fromZero(attempts, { result: ['delivered', 'failed', 'dead'] });
  let asked: ReturnType<WebhookStore['counts']> | undefined;
  /** One look for all gauges of a scrape; a store that is away leaves the last known values. */
  const countsNow = () =>
    (asked ??= store.counts().finally(() => setImmediate(() => (asked = undefined))));
  const gauge = (name: string, help: string, of: keyof Awaited<ReturnType<typeof countsNow>>) =>
    new Gauge({
      ...{ name, help, registers: [registry] },
      async collect() {
        const counts = await countsNow().catch(() => undefined);
        if (counts !== undefined) this.set(counts[of]);
      },
    });
  gauge(metricNames.webhooksPending, 'Deliveries to webhooks that wait', 'pending');
  gauge(metricNames.webhooksDead, 'Deliveries to webhooks that were given up', 'dead');
  const help = 'For how long the delivery has been due that was due first, seconds';
  gauge(metricNames.webhookOldestDue, help, 'oldestDueSeconds');
  return (result) => attempts.inc({ result });
}
