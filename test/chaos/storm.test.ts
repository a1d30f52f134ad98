import { victimsOf } from '../../cli/storm/faults';
import { handsOf } from '../../cli/storm/hands';
import { planOf, runStorm } from '../../cli/storm/storm';
import type { StormOptions } from '../../cli/storm/storm';
import { gatewayOf } from '../../cli/up/api-client';
import { inventory, orders, payments } from '../../activities';
import type { RebuildReport } from '../../platform/rebuild/options';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { inventoryByHand, ordersByHand, paymentsByHand } from '../support/by-hand';
import { runHoldfast } from '../support/holdfast-cli';
import { configFor, control, environmentFor, world } from '../support/world';

/** Three quarters of a minute of what `holdfast chaos` does in ten; with any seed it is that command. */
const options: StormOptions = { seed: 6, minutes: 0.75, brokers: 1, ratePerSecond: 1, overlap: 1 };

it('under load, killed and stopped in turn, nothing is lost, doubled or left half done', async () => {
  const victims = victimsOf(options.brokers);
  const plan = planOf(options, victims);
  const { report } = await runStorm(
    {
      ...gatewayOf(environmentFor),
      hands: handsOf({ control, victims, crashDir: world().crashDir }),
      signal: new AbortController().signal,
      ...{ environmentFor, isOurs: false },
    },
    options,
    { plan, say: () => undefined },
  );
  expect(report.violations).toEqual([]);
  expect(report.sagas).toBeGreaterThanOrEqual(15);
  expect(report.faults).toBeGreaterThanOrEqual(3);
}, 600_000);

test.each([
  ['orders', orders, ordersByHand, 'order/', 'amountCents'],
  ['payments', payments, paymentsByHand, 'account/', 'availableCents'],
  ['inventory', inventory, inventoryByHand, 'product/', 'reserved'],
] as const)(
  'one byte changed in the database of %s afterwards: its aggregate is named, and no other',
  async (_name, service, handsOn, prefix, member) => {
    const config = configFor(service.name);
    const keys = openKeyring(config, { log: silentLog });
    const store = service.openStore(config, keys);
    const byHand = await handsOn('', keys);
    await keys.ready();
    try {
      const [one] = await store.listAggregates({ prefix, limitMax: 1 });
      if (one === undefined) throw new Error(`the storm left no ${prefix}`);
      const old = (one.state as Record<string, number>)[member] ?? 0;
      await byHand.set(one.id, member, old + 1);
      const { exitCode, out } = await runHoldfast(
        ['rebuild', service.name, '--verify', '--json'],
        environmentFor('auditor'),
      ).finally(() => byHand.set(one.id, member, old));
      expect(exitCode).toBe(1);
      const named = { aggregateId: one.id, field: { pointer: `/${member}`, actual: `${old + 1}` } };
      expect((JSON.parse(out) as RebuildReport).findings).toMatchObject([named]);
    } finally {
      await Promise.all([byHand.close(), store.close(), keys.close()]);
    }
  },
);
