import { request } from 'undici';
import type { FaultOrder } from '../../stack/servers/card-provider/faults';
import { createPeerAgent } from '../../platform/security/tls';
import { configFor } from './world';

/** Tells the card provider what to do wrong, as its administrator; a count of calls, so that tests run side by side. */
export interface ProviderFaults {
  add(order: Partial<FaultOrder> & Pick<FaultOrder, 'kind' | 'reference'>): Promise<void>;
  /** Faults of an order that no call has met yet: a test that leaves some has tested nothing. */
  left(reference: string): Promise<number>;
  close(): Promise<void>;
}

export function openProviderFaults(): ProviderFaults {
  const config = configFor('admin');
  const dispatcher = createPeerAgent(config, 'card-provider');
  const url = new URL('/faults', config.HOLDFAST_CARD_PROVIDER_URL);
  return {
    async add(order) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(order);
      const { statusCode, body: answer } = await request(url, {
        ...{ method: 'POST', dispatcher, headers, body },
      });
      if (statusCode !== 201) throw new Error(`${statusCode}: ${await answer.text()}`);
      await answer.dump();
    },
    async left(reference) {
      const { body } = await request(url, { dispatcher });
      const { faults } = (await body.json()) as { faults: { reference?: string; left: number }[] };
      return faults
        .filter((fault) => fault.reference === reference)
        .reduce((sum, { left }) => sum + left, 0);
    },
    close: () => dispatcher.close(),
  };
}
