import { rehearse } from '../../../platform/testing/rehearse';
import { placeOrder } from '../../../workflows/place-order.saga';
import { returnOrder } from '../../../workflows/return-order.saga';
import { orderInput, returnInput } from '../../saga/support/requests';

describe('a rehearsal tells what a saga does', () => {
  test('every step in its order, and nothing undone', async () => {
    const story = await rehearse(placeOrder, orderInput()).run();
    expect(story.outcome).toBe('completed');
    expect(story.sent).toEqual([
      'forward open order',
      'forward reserve stock',
      'forward authorize payment',
      'forward capture payment',
      'forward ship stock',
      'forward confirm order',
    ]);
    expect(story.undone).toEqual([]);
    expect(story.standing).toHaveLength(6);
  });

  test('a refused pivot undoes all before it, last first', async () => {
    const story = await rehearse(placeOrder, orderInput())
      .when('capture payment')
      .refuses('PAYMENT_NOT_AUTHORIZED')
      .run();
    expect(story).toMatchObject({ outcome: 'compensated', reason: 'PAYMENT_NOT_AUTHORIZED' });
    expect(story.undone.at(-1)).toBe('open order');
    expect(story.undone).toHaveLength(3);
    expect(story.standing).toEqual([]);
  });

  test('a lost reply is asked for again and takes effect once', async () => {
    const story = await rehearse(placeOrder, orderInput())
      .when('reserve stock')
      .losesReply(2)
      .run();
    expect(story.outcome).toBe('completed');
    expect(story.standing).toHaveLength(6);
  });

  test('a reply that never comes is undone, although the step took effect', async () => {
    const story = await rehearse(placeOrder, orderInput())
      .when('reserve stock')
      .losesReply(Infinity)
      .run();
    expect(story.outcome).toBe('compensated');
    expect(story.undone).toContain('reserve stock');
    expect(story.standing).toEqual([]);
  });

  test('a pivot whose reply is lost for good is settled, and the saga goes forward', async () => {
    const story = await rehearse(returnOrder, returnInput)
      .when('refund payment')
      .losesReply(Infinity)
      .run();
    expect(story.outcome).toBe('completed');
    expect(story.sent).toContain('settle refund payment');
  });

  test('an undo that is impossible parks, and a person sends it again', async () => {
    const rehearsal = rehearse(returnOrder, returnInput)
      .when('refund payment')
      .refuses('NOT_CAPTURED')
      .when('request return')
      .cannotBeUndone();
    const parked = await rehearsal.run();
    expect(parked.outcome).toBe('parked');
    expect(parked.parked).toEqual([
      {
        step: 'request return',
        side: 'undo',
        condition: 'effect-stands',
        reason: 'UNDO_IMPOSSIBLE',
      },
    ]);
    await expect(rehearsal.act({ verb: 'abort', step: 'request return' })).rejects.toThrow(
      'ALREADY_COMPENSATING',
    );
    const ended = await rehearsal.act({ verb: 'retry', step: 'request return' });
    expect(ended).toMatchObject({ outcome: 'compensated', undone: ['request return'] });
  });

  test('a fault that passes is not seen, one that lasts turns the saga back', async () => {
    const passing = rehearse(returnOrder, returnInput).when('request return');
    expect((await passing.faults('STORE_UNAVAILABLE', 3).run()).outcome).toBe('completed');
    const lasting = rehearse(returnOrder, returnInput).when('request return');
    expect(await lasting.faults('STORE_UNAVAILABLE').run()).toMatchObject({
      outcome: 'compensated',
      reason: 'STORE_UNAVAILABLE',
    });
  });

  test('a cancel and a deadline turn it back before the pivot, and come too late after it', async () => {
    const before = rehearse(returnOrder, returnInput).when('request return');
    expect((await before.isCancelled().run()).outcome).toBe('cancelled');
    const after = rehearse(returnOrder, returnInput).when('restock goods');
    expect((await after.meetsDeadline().run()).outcome).toBe('completed');
  });

  test('an approval is granted unless the script denies it', async () => {
    const large = orderInput(600_000);
    expect((await rehearse(placeOrder, large).run()).outcome).toBe('completed');
    const denied = await rehearse(placeOrder, large).when('manual review').isDenied().run();
    expect(denied).toMatchObject({ outcome: 'compensated', reason: 'DENIED' });
    expect(denied.sent).not.toContain('forward capture payment');
  });

  test('an input that does not fit the contract is an error at once', () => {
    expect(() => rehearse(returnOrder, { orderId: 7 })).toThrow(/orderId/);
  });
});
