import { openLedger } from '../../platform/audit/ledger/postgres';
import type { Vaults } from '../../platform/host/hosted-service';
import { openSealedStore, noKeys, withKeys } from '../../platform/host/sealed-store';
import type { SealedRows } from '../../platform/outbox/sealing';
import type { Config } from '../../platform/runtime/config';
import { openReadModelStore } from '../../projections/store';
import { reactions } from '../../reactions';
import { openReactionStore } from '../../reactions/store';
import { ownedServices } from '../owned-services';
import type { OwnedService } from '../owned-services';
import { processConfigs } from '../process-access';

/** What is sealed with the keys of a purpose: where to count it, and to seal it anew. */
export interface SealedContent {
  /** Rows by the id of their key; under `''` those that are not sealed at all. Needs no keys. */
  count(): Promise<ReadonlyMap<string, number>>;
  /** What else is sealed with these keys, where nobody can count: none of them can be retired. */
  readonly uncounted?: string;
  /** Seals everything anew that is under an older key, and tells how much at each step. Answers how many rows. */
  reseal(told: (rows: number) => void): Promise<number>;
}

/** Rows sealed anew between two words about it. */
const stepMax = 500;

/**
 * The content of a purpose; undefined where nobody can say what is sealed with its keys, which is never taken for
 * nothing. Databases alone: what only a backup holds is not counted.
 */
export function contentOf(purpose: string, state: string): SealedContent | undefined {
  if (purpose === 'letters') return lettersOf(state);
  if (purpose === 'read-models') return snapshotsOf(state);
  if (purpose === 'audit') return ledgerOf(state);
  const owned = ownedServices.find(({ service }) => `store.${service.name}` === purpose);
  return owned && databaseOf(owned, state);
}

function databaseOf({ process, service }: OwnedService, state: string): SealedContent {
  const config = () => processConfigs(state)(process);
  return {
    async count() {
      const store = service.openStore(config(), noKeys);
      return store.keyUse().finally(() => store.close());
    },
    async reseal(told) {
      const store = await openSealedStore({ service, config: config() });
      return resealAll(store, told).finally(() => store.close());
    },
  };
}

async function resealAll(rows: SealedRows, told: (rows: number) => void): Promise<number> {
  let all = 0;
  for (let found = -1; found !== 0; told(all)) all += found = await rows.reseal(stepMax);
  return all;
}

/** Dead letters of read models and of reactions: two databases, and two processes with keys of one purpose. */
const letterStores = [
  {
    process: 'projector',
    open: (config: Config, keys: Vaults) => openReadModelStore(config, keys),
  },
  {
    process: 'orchestrator',
    open: (config: Config, keys: Vaults) => openReactionStore(config, { reactions, keys }),
  },
] as const;

function lettersOf(state: string): SealedContent {
  const reached = () => {
    const configOf = processConfigs(state);
    const all = letterStores.map(({ process: name, open }) => ({
      name,
      open,
      config: configOf(name),
    }));
    // Who runs this as one of the two reaches no more than its own.
    const own = all.filter(({ name, config }) => name === config.HOLDFAST_NAME);
    return own.length > 0 ? own : all;
  };
  return {
    uncounted: 'copies of dead letters in the event log',
    async count() {
      const sum = new Map<string, number>();
      for (const { open, config } of reached()) {
        const store = open(config, noKeys);
        const found = await store.sealedLetters.keyUse().finally(() => store.close());
        for (const [key, count] of found) sum.set(key, (sum.get(key) ?? 0) + count);
      }
      return sum;
    },
    async reseal(told) {
      let before = 0;
      for (const { open, config } of reached()) {
        const store = await withKeys({ config }, (keys) => open(config, keys));
        const toldAll = (rows: number) => told(before + rows);
        const { sealedLetters } = store;
        before += await resealAll(sealedLetters, toldAll).finally(() => store.close());
      }
      return before;
    },
  };
}

/** Snapshots under an older key are dropped, and not sealed anew: they are a cache. */
function snapshotsOf(state: string): SealedContent {
  const config = () => processConfigs(state)('projector');
  return {
    async count() {
      const store = openReadModelStore(config(), noKeys);
      return store.sealedSnapshots.keyUse().finally(() => store.close());
    },
    async reseal(told) {
      const own = config();
      const store = await withKeys({ config: own }, (keys) => openReadModelStore(own, keys));
      return resealAll(store.sealedSnapshots, told).finally(() => store.close());
    },
  };
}

function ledgerOf(state: string): SealedContent {
  const config = () => processConfigs(state)('auditor');
  return {
    async count() {
      const ledger = openLedger(config(), noKeys);
      return ledger.sealedRows.keyUse().finally(() => ledger.close());
    },
    async reseal(told) {
      const own = config();
      const ledger = await withKeys({ config: own }, (keys) => openLedger(own, keys));
      return resealAll(ledger.sealedRows, told).finally(() => ledger.close());
    },
  };
}
