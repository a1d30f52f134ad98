import type { DataConverter } from '@temporalio/common';
import type { Config } from '../runtime/config';
import { temporalConverter } from '../security/keys/temporal-codec';
import type { Keyring } from '../security/keys/vault';

/** Resolves once payloads can be sealed; rejects while they cannot, also where the key store was away for too long. */
export async function keysOfPayloads(keyring: Keyring): Promise<void> {
  await keyring.ready();
  if (keyring.keys('temporal').current() === undefined)
    throw new Error('no key of payloads is known');
}

/** What a process of ours speaks to Temporal with: every payload sealed with the keys of the purpose `temporal`. */
export function sealedTemporal(
  config: Pick<Config, 'HOLDFAST_TEMPORAL_NAMESPACE'>,
  keyring: Keyring,
): DataConverter {
  return temporalConverter({
    keys: keyring.keys('temporal'),
    namespace: config.HOLDFAST_TEMPORAL_NAMESPACE,
    refused: (reason) => keyring.refused('temporal', reason),
  });
}
