import { randomUUID } from 'node:crypto';
import { askOnce, leafOfProcess } from '../../../cli/attack/wire';
import { until } from '../../../cli/up/api-client';
import type { ApiAnswer } from '../../../cli/up/api-client';
import type { Json } from '../../../platform/kernel/json';
import { silentLog } from '../../../platform/runtime/log';
import { keySource, keyStoreClient } from '../../../platform/security/keys/client';
import { createKeyring, keyringLimits } from '../../../platform/security/keys/keyring';
import { configFor, control } from '../../support/world';
import { backMs, comesTo, expectOnce, placeOne, whileAway } from './ground';
import type { Ground } from './ground';

/** Keys as every process of ours has them, over the real key store, which grow old as we say. */
function openClockedKeys() {
  const clock = { ms: 0 };
  const config = configFor('payments');
  const source = keySource(keyStoreClient(config, { log: silentLog }));
  const now = () => clock.ms;
  // Nobody looks by the minute here: what is asked is asked because a key is missing.
  const every = () => () => undefined;
  const keyring = createKeyring({ source, log: silentLog, clock: { now, every } });
  const vault = keyring.vault('store.payments');
  const told = (work: () => unknown): string => {
    try {
      return JSON.stringify(work());
    } catch (error) {
      return String((error as { readonly code?: unknown }).code);
    }
  };
  return {
    wait: (ms: number) => void (clock.ms += ms),
    ready: () => keyring.ready(),
    seal: (value: Json) => vault.seal(value, ['here']),
    /** What is in it, or the code against it; also of a new one that is sealed. */
    answers: (sealed: string) => [
      told(() => vault.open(sealed, ['here'])),
      told(() => vault.open(vault.seal('new', ['here']), ['here'])),
    ],
    close: () => keyring.close(),
  };
}

const delivery = { name: 'Frank', street: '1 Lane', city: 'Nowhere', country: 'SE' };

/** Orders that have something that belongs to a person: each is sealed with that person's own key. */
function orderFor(ground: Ground) {
  const order = { orderId: `order-${randomUUID()}`, idempotencyKey: randomUUID() };
  const change = (body: Record<string, unknown>) => ({ ...body, delivery });
  return {
    place: (): Promise<ApiAnswer> => ground.shop.placeOrder({ ...order, change }),
    shown: async () => (await ground.as('frank', `/orders/${order.orderId}`)).body.deliveryState,
  };
}

/** Whether a process lives, and whether it can do its work. */
async function healthOf({ target }: Ground, process: string): Promise<readonly unknown[]> {
  const leaf = leafOfProcess(target, 'prometheus');
  const { HOLDFAST_HTTP_PORT: port = '' } = target.environmentFor(process);
  const ask = (path: string) =>
    askOnce(target, { url: `https://localhost:${port}${path}`, leaf }).catch(() => undefined);
  const [alive, ready] = [await ask('/healthz'), await ask('/readyz')];
  const { checks = {} } = JSON.parse(ready?.text ?? '{}') as { checks?: Record<string, object> };
  return [alive?.status, ready?.status, checks.keys];
}

const withoutKeys = [200, 503, expect.objectContaining({ ready: false })];

/** Known keys are good for ten minutes, nothing new that belongs to a person is taken, and who starts has to wait. */
export async function withoutKeyStore(ground: Ground): Promise<void> {
  const keys = openClockedKeys();
  const [known, late] = [orderFor(ground), orderFor(ground)];
  let starting: Promise<void> | undefined;
  try {
    await keys.ready();
    const sealed = keys.seal('old');
    await expectOnce(ground, async () => {
      const locations = [String((await known.place()).location)];
      await comesTo(known.shown, 'shown');
      await whileAway('keys', async () => {
        locations.push(await placeOne(ground));
        await comesTo(known.shown, 'unavailable');
        const refused = await late.place();
        expect([refused.status, refused.body.code]).toEqual([503, 'KEYS_UNAVAILABLE']);
        expect(refused.retryAfter).toMatch(/^\d+$/);

        keys.wait(keyringLimits.unconfirmedMsMax);
        expect(keys.answers(sealed)).toEqual(['"old"', '"new"']);
        keys.wait(1);
        expect(keys.answers(sealed)).toEqual(['KEYS_UNAVAILABLE', 'KEYS_UNAVAILABLE']);

        await control('stop', 'payments');
        starting = control('start', 'payments');
        // Held against by whoever waits for it below.
        starting.catch(() => undefined);
        await until('payments without keys', backMs, async () => {
          const [alive] = await healthOf(ground, 'payments');
          return alive === 200 ? true : undefined;
        });
        expect(await healthOf(ground, 'payments')).toEqual(withoutKeys);
        const { status, location } = await ground.shop.placeOrder();
        expect(status).toBe(202);
        locations.push(String(location));
      });
      await starting;
      await until('keys that are known again', backMs, async () => {
        keys.wait(keyringLimits.askAgainMs + 1);
        return keys.answers(sealed)[0] === '"old"' ? true : undefined;
      });
      const started = await late.place();
      const { status, replayed, body } = started;
      expect([status, replayed, body.code, body.detail]).toEqual([
        202,
        false,
        undefined,
        undefined,
      ]);
      locations.push(String(started.location));
      await comesTo(known.shown, 'shown');
      return locations;
    });
    await comesTo(late.shown, 'shown');
  } finally {
    await Promise.all([keys.close(), starting?.catch(() => undefined)]);
  }
}
