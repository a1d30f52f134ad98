import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { mongoPools } from '../outbox/mongodb/pool-use';
import { postgresPools } from '../outbox/postgres/connection';
import type { Config } from '../runtime/config';
import { metricNames } from '../runtime/metric-names';

/** Connections by what they do, of all pools of a database together. */
type Use = Record<'in_use' | 'idle' | 'waiting', number>;

/**
 * Shows how the pools of this process are used, by database; the suffix of an instance is cut off. DynamoDB is asked
 * by single requests and has none.
 */
export function observePools(
  registry: Registry,
  { HOLDFAST_INSTANCE: instance }: Pick<Config, 'HOLDFAST_INSTANCE'>,
): void {
  const suffix = `_${instance}`;
  const plain = (name: string): string =>
    instance !== '' && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
  new Gauge({
    name: metricNames.poolConnections,
    help: 'Connections to databases, by database and use',
    labelNames: ['database', 'state'] as const,
    registers: [registry],
    async collect() {
      // What other metrics of this scrape ask for is handed its connection in this turn, and waits for none.
      await new Promise(setImmediate);
      const uses = new Map<string, Use>();
      for (const { database, inUse, idle, waiting } of [...postgresPools(), ...mongoPools()]) {
        const use = uses.get(plain(database)) ?? { in_use: 0, idle: 0, waiting: 0 };
        use.in_use += inUse;
        use.idle += idle;
        use.waiting += waiting;
        uses.set(plain(database), use);
      }
      this.reset();
      for (const [database, use] of uses) {
        for (const [state, count] of Object.entries(use)) this.set({ database, state }, count);
      }
    },
  });
}
