import { ConfigResourceTypes } from 'kafkajs';
import type { Reach } from '../server';
import { identityFiles } from '../server';
import { client } from './topics';

const listeners = ['ssl', 'controller'] as const;

/**
 * Makes every broker read its certificate and authorities again, on both listeners. The settings name the files that
 * they named before; that they are set is what the brokers act on.
 */
export async function readStoresAgain(reach: Reach): Promise<void> {
  const files = identityFiles(reach.certsDir, 'kafka');
  const settings = {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': files.pem,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': files.ca,
  };
  const configEntries = listeners.flatMap((listener) =>
    Object.entries(settings).map(([name, value]) => ({
      ...{ name: `listener.name.${listener}.${name}`, value },
    })),
  );
  const admin = client(reach).admin();
  await admin.connect();
  try {
    for (let id = 1; id <= reach.brokers; id += 1) {
      const broker = { type: ConfigResourceTypes.BROKER, name: String(id), configEntries };
      await admin.alterConfigs({ validateOnly: false, resources: [broker] });
    }
  } finally {
    await admin.disconnect();
  }
}
