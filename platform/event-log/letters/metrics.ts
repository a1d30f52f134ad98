import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { metricNames } from '../../runtime/metric-names';
import type { LetterStore } from './port';

/** Groups shown at most: each is a time series of its own. */
const groupsMax = 50;

type Counted = Readonly<Record<string, string | number>> & { readonly count: number };

/** Shows the dead letters that wait, asked at each scrape; a store that is away leaves the last known values. */
export function observeDeadLetters(
  registry: Registry,
  store: Pick<LetterStore, 'deadLetterCounts' | 'letterGroups' | 'parkedAggregates'>,
): void {
  const gauge = (
    told: { readonly name: string; readonly help: string; readonly labelNames: string[] },
    ask: () => Promise<readonly Counted[]>,
  ) =>
    new Gauge({
      ...told,
      registers: [registry],
      async collect() {
        const counts = await ask().catch(() => undefined);
        if (counts === undefined) return;
        this.reset();
        for (const { count, ...labels } of counts) this.set(labels, count);
      },
    });
  const help = 'Dead letters that wait, those queued behind one included';
  gauge({ name: metricNames.deadLetters, help, labelNames: ['projection', 'reason'] }, () =>
    store.deadLetterCounts(),
  );
  const grouped = {
    name: metricNames.deadLetterGroups,
    help: `Dead letters that wait, by cause, the ${groupsMax} largest groups`,
    labelNames: ['projection', 'group', 'reason'],
  };
  gauge(grouped, async () => {
    const groups = await store.letterGroups({ limitMax: groupsMax });
    return groups.map(({ projection, group, reason, letters: count }) => {
      return { projection, group, reason, count };
    });
  });
  const parked = {
    name: metricNames.parkedAggregates,
    help: 'Aggregates whose events wait behind a dead letter',
    labelNames: ['projection'],
  };
  gauge(parked, () => store.parkedAggregates());
}
