import { requestSchemaOf } from '../../../gateway/sagas/personal';
import { requestHashOf } from '../../../gateway/sagas/idempotency';
import { sealedText, sealedTextMax } from '../../../platform/kernel/sealed-text';
import { subjectKeyLimits } from '../../../platform/security/keys/subjects';
import { placeOrderContract } from '../../../workflows/place-order.contract';
import { returnOrderContract } from '../../../workflows/return-order.contract';
import { openGateway } from './world';

const delivery = { name: 'Ann Onym', street: '1 Quiet Lane', city: 'Nowhere', country: 'SE' };
const order = {
  orderId: 'o-1',
  lines: [{ sku: 'tea', quantity: 1 }],
  payment: { amountCents: 500, currency: 'EUR' },
};
const path = '/sagas/place-order';
const start = { method: 'POST', path, as: 'ann:customer', key: 'k-1' } as const;
const withDelivery = { ...start, body: { ...order, delivery } } as const;
const place = ['place-order', 'o-1', 'delivery'];

type Input = { readonly delivery: string };

/** A gateway whose read model knows one order of ann, with a delivery that was sealed on its way in. */
async function withOrder() {
  const gateway = openGateway();
  await gateway.call(withDelivery);
  const { given, deliveries, subjects } = gateway.world;
  deliveries.set('o-1', (given[0]?.start.input as Input).delivery);
  const read = (as: string) => gateway.call({ path: '/orders/o-1', as });
  return { ...gateway, read, keys: subjects.state };
}

describe('personal members of a start', () => {
  test('go on as a text that opens for their person, order and member alone', async () => {
    const { call, world } = openGateway();
    expect((await call(withDelivery)).status).toBe(202);
    const [given] = world.given;
    const { delivery: sealed } = given?.start.input as Input;
    expect(sealedText.safeParse(sealed).success).toBe(true);
    for (const word of Object.values(delivery).filter((text) => text.length > 2)) {
      expect(JSON.stringify(given)).not.toContain(word);
    }
    const { subjects } = world.subjects;
    expect(await subjects.open('ann', sealed, place)).toEqual(delivery);
    const elsewhere = subjects.open('ann', sealed, ['place-order', 'o-2', 'delivery']);
    await expect(elsewhere).rejects.toThrow('CIPHERTEXT_REFUSED');
  });

  test('are compared by a keyed hash: a repeat is a repeat, another value is refused, nobody can guess', async () => {
    const { call, world } = openGateway();
    await call(withDelivery);
    expect((await call(withDelivery)).headers['idempotent-replayed']).toBe('true');
    const moved = { ...delivery, street: '2 Quiet Lane' };
    const other = await call({ ...start, body: { ...order, delivery: moved } });
    expect([other.status, other.json().code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect((await call({ ...start, body: order })).status).toBe(422);
    const guessed = requestHashOf({ ...order, customerId: 'ann', delivery });
    expect(world.given.map((one) => one.start.requestHash)).not.toContain(guessed);
    expect(world.given).toHaveLength(1);
  });

  test('cannot be handed in sealed, and mistakes in them have a pointer and no echo', async () => {
    const { call, world } = openGateway();
    const sealed = await call({ ...start, body: { ...order, delivery: 'hf1.k.AAAA' } });
    expect([sealed.status, sealed.json().code]).toEqual([400, 'BODY_INVALID']);
    const wrong = { ...delivery, name: 'Ann\u0000Onym', gift: true };
    const answer = await call({ ...start, body: { ...order, delivery: wrong } });
    expect(answer.json().errors).toMatchObject([
      { pointer: '/delivery/name', code: 'FORMAT_INVALID' },
      { pointer: '/delivery/gift', code: 'UNKNOWN_FIELD' },
    ]);
    expect(answer.text).not.toContain('Onym');
    expect(world.given).toHaveLength(0);
  });

  test('need the key store: without it nothing is started, and the rest goes on', async () => {
    const { call, world } = openGateway();
    world.subjects.state.away = true;
    const answer = await call(withDelivery);
    expect([answer.status, answer.json().code]).toEqual([503, 'KEYS_UNAVAILABLE']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(world.started.size).toBe(0);
    expect((await call({ ...start, body: order })).status).toBe(202);
  });

  test('of somebody who was forgotten are refused for good, a repeat too', async () => {
    const { call, world } = openGateway();
    await call(withDelivery);
    world.subjects.state.forgotten.add('ann');
    world.subjects.state.nowMs += subjectKeyLimits.keptMs + 1;
    const again = await call(withDelivery);
    expect([again.status, again.json().code]).toEqual([410, 'SUBJECT_FORGOTTEN']);
    expect(again.json().retryable).toBe(false);
    expect((await call({ ...start, key: 'k-2', body: order })).status).toBe(202);
  });

  test('fit into a sealed text at their longest', async () => {
    const { call, world } = openGateway();
    const long = (length: number) => '\u{1F3E0}'.repeat(length);
    const [name, street, city] = [long(50), long(100), long(50)];
    const phone = `+${'1'.repeat(31)}`;
    const body = { ...order, delivery: { name, street, city, country: 'SE', phone } };
    expect((await call({ ...start, body })).status).toBe(202);
    const { delivery: sealed } = world.given[0]?.start.input as Input;
    expect(sealed.length).toBeLessThan(sealedTextMax / 2);
  });

  test('are documented as they are written, and other sagas as they are', async () => {
    const { call } = openGateway();
    const document = (await call({ path: '/openapi.json' })).json();
    const text = JSON.stringify((document.paths as Record<string, unknown>)[path]);
    expect(text).toContain('"street"');
    expect(text).not.toContain('hf1');
    expect(requestSchemaOf(returnOrderContract)).toBe(returnOrderContract.input);
    expect(requestSchemaOf(placeOrderContract)).toBe(requestSchemaOf(placeOrderContract));
  });
});

describe('the delivery of an order', () => {
  test('is shown to its customer and to admins, from the cache too, which holds it sealed', async () => {
    const { read, world } = await withOrder();
    for (const as of ['ann:customer', 'ann:customer', 'adam:admin']) {
      const answer = await read(as);
      expect(answer.json()).toMatchObject({ delivery, deliveryState: 'shown' });
      expect(answer.headers['cache-control']).toBe('no-store');
    }
    expect(world.cached.size()).toBe(1);
    expect(world.cached.dump()).not.toContain('Quiet');
    const [, sealed] = [...world.deliveries][0] ?? [];
    expect((await read('ann:customer')).text).not.toContain(sealed);
  });

  test('is hidden from who sees everything else, sealed as well', async () => {
    const { read, world } = await withOrder();
    const answer = await read('vera:viewer');
    expect(answer.json()).toMatchObject({
      orderId: 'o-1',
      delivery: null,
      deliveryState: 'hidden',
    });
    expect(answer.text).not.toContain([...world.deliveries.values()][0]);
    expect((await read('bob:customer')).status).toBe(404);
  });

  test('is forgotten with its person within two minutes, and the order stays', async () => {
    const { read, keys } = await withOrder();
    keys.forgotten.add('ann');
    keys.nowMs += subjectKeyLimits.keptMs + 1;
    const answer = await read('ann:customer');
    expect(answer.json()).toMatchObject({ status: 'open', delivery: null });
    expect(answer.json().deliveryState).toBe('forgotten');
  });

  test('is unavailable without the key store, and the rest is answered', async () => {
    const { read, keys } = await withOrder();
    keys.away = true;
    keys.nowMs += subjectKeyLimits.keptMs + 1;
    const answer = await read('ann:customer');
    expect([answer.status, answer.json().deliveryState]).toEqual([200, 'unavailable']);
  });

  test('that was taken from another order is refused', async () => {
    const { call, read, world } = await withOrder();
    const second = { ...order, orderId: 'o-2', delivery };
    await call({ ...start, key: 'k-2', body: second });
    world.deliveries.set('o-1', (world.given[1]?.start.input as Input).delivery);
    const answer = await read('ann:customer');
    expect(answer.json()).toMatchObject({ delivery: null, deliveryState: 'refused' });
  });

  test('is not mentioned where there is none', async () => {
    const { call } = openGateway();
    const body = (await call({ path: '/orders/o-1', as: 'ann:customer' })).json();
    expect(Object.keys(body).filter((name) => name.startsWith('delivery'))).toEqual([]);
  });
});
