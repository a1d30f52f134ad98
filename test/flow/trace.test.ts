import path from 'node:path';
import { openShop } from '../../cli/chaos/shop';
import { drawTraces } from '../../cli/trace/draw';
import { findTraces } from '../../cli/trace/read';
import { apiClient, world } from '../support/world';

const api = apiClient();
afterAll(() => api.close());
it('probe', async () => {
  const shop = await openShop({ api, customer: 'frank' });
  for (const quantity of [1, 1000]) {
    const started = await shop.placeOrder({ quantity });
    const id = decodeURIComponent(String(started.location).slice('/sagas/'.length));
    await shop.outcomeOf(String(started.location));
    await new Promise((r) => setTimeout(r, 3000));
    const found = findTraces(path.join(world().stateDir, 'traces'), id);
    console.log(found === undefined ? `none ${id}` : drawTraces(found).join('\n'));
    console.log(
      JSON.stringify(
        found?.traces[0]?.spans.filter((s) => s.name.startsWith('Run')),
        null,
        1,
      ).slice(0, 3000),
    );
  }
}, 60000);
