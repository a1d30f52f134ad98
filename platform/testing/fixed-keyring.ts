import { createHash } from 'node:crypto';
import { dataKey } from '../security/keys/envelope';
import { createVault, fixedKeys } from '../security/keys/vault';
import type { Keyring, KeyPurpose, KeySet } from '../security/keys/vault';

/**
 * A keyring without a key store: each purpose has one key, the same in every keyring of the same seed, so that what one
 * process sealed another can open. For tests and tools over made-up data; there is nothing secret about it.
 */
export function fixedKeyring(seed = 'fixed'): Keyring {
  const sets = new Map<KeyPurpose, KeySet>();
  const keys = (purpose: KeyPurpose): KeySet => {
    const secret = createHash('sha256').update(`${seed} ${purpose}`).digest();
    const known =
      sets.get(purpose) ?? fixedKeys([dataKey(`fixed-${purpose.replace('.', '-')}`, secret)]);
    sets.set(purpose, known);
    return known;
  };
  return {
    keys,
    find: async (purpose, id) => keys(purpose).byId(id),
    refused: () => undefined,
    vault: (purpose) => createVault({ keys: keys(purpose) }),
    ready: async () => undefined,
    close: async () => undefined,
  };
}
