import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { metricNames } from '../platform/runtime/metric-names';
import { isLiveSaga } from './live-sagas';
import { expressionOf } from './schema';
import type { ReadModelStore } from './store';

/** How old an answer may be that a scrape is given, milliseconds. */
const keptMs = 5_000;

const openStates = ['running', 'compensating', 'parked'] as const;

interface OpenSagas {
  readonly saga: string;
  readonly state: (typeof openStates)[number];
  readonly count: string;
  /** Seconds since anything was heard of the one that is silent for longest. */
  readonly silentFor: number;
  /** Seconds since the oldest of those that are parked was parked. */
  readonly parkedFor: number | null;
}

const isParked = ({ state }: OpenSagas): boolean => state === 'parked';

/** By the index on the state, so it costs what is open and not what there ever was. */
const openSagas = `
  select ${expressionOf('saga')} as saga, ${expressionOf('state')} as state, count(*) as count,
    extract(epoch from max(now() - updated_at))::float8 as "silentFor",
    extract(epoch from max(now() - (
      select min((place->>'since')::timestamptz) from jsonb_array_elements(listed->'parked') place
    )))::float8 as "parkedFor"
  from read_rows r
  where ${isLiveSaga} and ${expressionOf('state')} = any($1)
  group by 1, 2`;

/** Sagas that are shown when none is open too, and a clock, milliseconds. */
interface OpenSagasOptions {
  readonly sagas?: readonly string[];
  readonly now?: () => number;
}

/**
 * Shows how many sagas are open, for how long the oldest parked one has waited, and for how long nothing was heard of
 * one that is not parked. It is asked of the read model at each scrape; while that is away the last answer stays.
 */
export function observeOpenSagas(
  registry: Registry,
  { ask }: Pick<ReadModelStore, 'ask'>,
  { now = () => performance.now(), sagas = [] }: OpenSagasOptions = {},
): void {
  const registers = [registry];
  const age = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['saga'], registers });
  const parked = age(metricNames.sagaParkedAge, 'Seconds the oldest parked saga has waited');
  const silent = age(
    metricNames.sagaNoProgress,
    'Seconds nothing was heard of an open saga that is not parked, the longest',
  );
  let askedAtMs = -Infinity;
  new Gauge({
    name: metricNames.sagasActive,
    help: 'Sagas that have not ended, by state, as the read model knows them',
    labelNames: ['saga', 'state'],
    registers,
    async collect() {
      if (now() - askedAtMs < keptMs) return;
      const found = await ask<OpenSagas>(openSagas, [openStates]).catch(() => undefined);
      if (found === undefined) return;
      askedAtMs = now();
      for (const gauge of [this, parked, silent]) gauge.reset();
      for (const saga of sagas) {
        for (const state of openStates) this.set({ saga, state }, 0);
        for (const gauge of [parked, silent]) gauge.set({ saga }, 0);
      }
      for (const { saga, state, count } of found) this.set({ saga, state }, Number(count));
      const [waiting, moving] = [found.filter(isParked), found.filter((one) => !isParked(one))];
      for (const { saga, parkedFor } of waiting) parked.set({ saga }, parkedFor ?? 0);
      for (const { saga } of moving) {
        const longest = moving.filter((one) => one.saga === saga).map((one) => one.silentFor);
        silent.set({ saga }, Math.max(...longest));
      }
    },
  });
}
