import { randomBytes } from 'node:crypto';
import { dataKey } from '../../platform/security/keys/envelope';
import { createVault, fixedKeys } from '../../platform/security/keys/vault';
import type { Vault } from '../../platform/security/keys/vault';

/** A vault with a key of its own, made for one test. */
export function testVault(id = 'test-1'): Vault {
  return createVault({ keys: fixedKeys([dataKey(id, randomBytes(32))]) });
}
