import { createHash } from 'node:crypto';
import type { Vaults } from '../../platform/host/hosted-service';
import { dataKey } from '../../platform/security/keys/envelope';
import type { DataKey } from '../../platform/security/keys/envelope';
import { createVault, fixedKeys } from '../../platform/security/keys/vault';
import type { Vault } from '../../platform/security/keys/vault';

/** A key over made-up data: the same id, the same key, in every process of a test. */
export function testKey(id: string): DataKey {
  return dataKey(id, createHash('sha256').update(id).digest());
}

/** A vault of such keys, the last of which seals. */
export function testVault(...ids: readonly [string, ...string[]]): Vault {
  return createVault({ keys: fixedKeys(ids.map(testKey)) });
}

/** One such key for each purpose. */
export const testKeys: Vaults = {
  vault: (purpose) => testVault(purpose.replace('.', '-')),
};

/**
 * Seals nothing: what the databases looked like without keys, to show that a scan finds what it looks for. As bytes for
 * a store that keeps no text.
 */
export function noVault(form: 'text' | 'bytes'): Vault {
  const before = form === 'text' ? '' : 'hf1.none.';
  const encoding = form === 'text' ? 'utf8' : 'base64url';
  return {
    seal: (value) => before + Buffer.from(JSON.stringify(value)).toString(encoding),
    open: (text) => {
      const bytes = Buffer.from((text as string).slice(before.length), encoding);
      return JSON.parse(bytes.toString()) as never;
    },
  };
}
