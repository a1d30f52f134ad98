import { openSealedStore, noKeys } from '../../platform/host/sealed-store';
import { ownedServices } from '../owned-services';
import type { OwnedService } from '../owned-services';
import { processConfigs } from '../process-access';

/** What is sealed with the keys of a purpose: where to count it, and to seal it anew. */
export interface SealedContent {
  /** Rows by the id of their key; under `''` those that are not sealed at all. Needs no keys. */
  count(): Promise<ReadonlyMap<string, number>>;
  /** Seals everything anew that is under an older key, and tells how much at each step. Answers how many rows. */
  reseal(told: (rows: number) => void): Promise<number>;
}

/** Rows sealed anew between two words about it. */
const stepMax = 500;

/**
 * The content of a purpose; undefined where nobody can say what is sealed with its keys, which is never taken for
 * nothing. Services' databases alone: what only a backup holds is not counted.
 */
export function contentOf(purpose: string, state: string): SealedContent | undefined {
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
      try {
        let rows = 0;
        for (let found = -1; found !== 0; told(rows)) rows += found = await store.reseal(stepMax);
        return rows;
      } finally {
        await store.close();
      }
    },
  };
}
