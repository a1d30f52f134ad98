import { openLedger } from '../../platform/audit/ledger/postgres';
import type { Vaults } from '../../platform/host/hosted-service';
import { openSealedStore, noKeys, withKeys } from '../../platform/host/sealed-store';
import { isFault } from '../../platform/kernel/faults';
import type { SealedRows } from '../../platform/outbox/sealing';
import type { Config } from '../../platform/runtime/config';
import { waiter } from '../../platform/runtime/waiter';
import type { Waiter } from '../../platform/runtime/waiter';
import { keyringLimits } from '../../platform/security/keys/keyring';
import { openReadModelStore } from '../../projections/store';
import type { ReadModelStore } from '../../projections/store';
import { reactions } from '../../reactions';
import { openReactionStore } from '../../reactions/store';
import { openWebhookStore } from '../../webhooks/store';
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

/** What is built from the log, by purpose. Snapshots under an older key are dropped: they are a cache. */
const contents = new Map<string, (state: string) => SealedContent>(
  Object.entries({
    // Dead letters of read models and of reactions: two databases, and two processes with keys of one purpose.
    letters: (state: string) => ({
      ...builtOf([readModels, reactionRecords], state, ({ sealedLetters }) => [sealedLetters]),
      uncounted: 'copies of dead letters in the event log',
    }),
    'read-models': (state: string) =>
      builtOf([readModels], state, ({ sealedRows, sealedSnapshots }) => [
        ...[sealedRows, sealedSnapshots],
      ]),
    reactions: (state: string) =>
      builtOf([reactionRecords], state, ({ sealedRows }) => [sealedRows]),
    webhooks: (state: string) => ownOf(state, 'orchestrator', openWebhookStore),
    audit: (state: string) => ownOf(state, 'auditor', openLedger),
  }),
);

/**
 * The content of a purpose; undefined where nobody can say what is sealed with its keys, which is never taken for
 * nothing. Databases alone: what only a backup holds is not counted.
 */
export function contentOf(purpose: string, state: string): SealedContent | undefined {
  const built = contents.get(purpose);
  if (built !== undefined) return built(state);
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

/** Looks after the first at values under a key that is not known here. */
const keyLooksMax = 3;

/**
 * Seals everything of a store anew, step by step. A key that is not known here is asked for meanwhile: a later look has
 * it, or is told that there is none and passes the value by.
 */
export async function resealAll(
  rows: Pick<SealedRows, 'reseal'>,
  told: (rows: number) => void,
  pause: Pick<Waiter, 'wait'> = waiter(),
): Promise<number> {
  let [all, looks] = [0, keyLooksMax];
  for (;;) {
    try {
      const found = await rows.reseal(stepMax);
      [all, looks] = [all + found, keyLooksMax];
      told(all);
      if (found === 0) return all;
    } catch (error) {
      looks -= 1;
      if (!isFault(error) || error.code !== 'KEYS_UNAVAILABLE' || looks < 0) throw error;
      await pause.wait(2 * keyringLimits.askAgainMs);
    }
  }
}

/** A store of what is built from the log, opened as the process that owns it. */
interface Built {
  readonly process: 'projector' | 'orchestrator';
  readonly open: (config: Config, keys: Vaults) => Opened;
}

type Opened = Pick<ReadModelStore, 'sealedRows' | 'sealedLetters' | 'sealedSnapshots' | 'close'>;

const readModels: Built = { process: 'projector', open: openReadModelStore };
const reactionRecords: Built = {
  process: 'orchestrator',
  open: (config, keys) => openReactionStore(config, { reactions, keys }),
};

/** What is sealed in stores of this kind, each part of it counted and sealed anew for itself. */
function builtOf(
  stores: readonly Built[],
  state: string,
  partsOf: (store: Opened) => readonly SealedRows[],
): SealedContent {
  const reached = () => {
    const configOf = processConfigs(state);
    const all = stores.map((one) => ({ ...one, config: configOf(one.process) }));
    // Who runs this as one of them reaches no more than its own.
    const own = all.filter(({ process: name, config }) => name === config.HOLDFAST_NAME);
    return own.length > 0 ? own : all;
  };
  return {
    async count() {
      const sum = new Map<string, number>();
      for (const { open, config } of reached()) {
        const store = open(config, noKeys);
        const found = await countAll(partsOf(store)).finally(() => store.close());
        for (const [key, count] of found) sum.set(key, (sum.get(key) ?? 0) + count);
      }
      return sum;
    },
    async reseal(told) {
      let before = 0;
      let refused: unknown;
      for (const { open, config } of reached()) {
        const store = await withKeys({ config }, (keys) => open(config, keys));
        try {
          for (const part of partsOf(store)) {
            const done = before;
            before += await resealAll(part, (rows) => told(done + rows)).catch((error: unknown) => {
              if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;
              // What does not open in one part is no reason to leave the others under an older key.
              refused ??= error;
              return 0;
            });
          }
        } finally {
          await store.close();
        }
      }
      if (refused !== undefined) throw refused as Error;
      return before;
    },
  };
}

async function countAll(
  parts: readonly SealedRows[],
): Promise<readonly (readonly [string, number])[]> {
  const counts = [];
  for (const part of parts) counts.push(...(await part.keyUse()));
  return counts;
}

/** What one process alone keeps under keys of a purpose of its own. */
function ownOf(
  state: string,
  process: string,
  openAs: (
    config: Config,
    keys: Vaults,
  ) => { readonly sealedRows: SealedRows; close(): Promise<void> },
): SealedContent {
  const config = () => processConfigs(state)(process);
  return {
    async count() {
      const store = openAs(config(), noKeys);
      return store.sealedRows.keyUse().finally(() => store.close());
    },
    async reseal(told) {
      const own = config();
      const store = await withKeys({ config: own }, (keys) => openAs(own, keys));
      return resealAll(store.sealedRows, told).finally(() => store.close());
    },
  };
}
