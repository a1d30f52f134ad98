import { rehearse } from '../../../platform/testing/rehearse';
import { returnOrder } from '../../../workflows/return-order.saga';
import { returnInput } from '../../saga/support/requests';

test('a refund that is refused takes the request back', async () => {
  const story = await rehearse(returnOrder, returnInput)
    .when('refund payment')
    .refuses('NOT_CAPTURED')
    .run();
  expect(story).toMatchObject({ outcome: 'compensated', undone: ['request return'] });
});

test('goods that nobody can restock by machine are restocked by hand, once', async () => {
  const rehearsal = rehearse(returnOrder, returnInput)
    .when('restock goods')
    .faults('STORE_UNAVAILABLE');
  expect((await rehearsal.run()).outcome).toBe('parked');
  const story = await rehearsal.act({ verb: 'mark-done-externally', step: 'restock goods' });
  expect(story.outcome).toBe('completed');
  expect(story.standing).toContain('restock goods');
  expect(story.sent.filter((message) => message === 'forward restock goods')).toHaveLength(1);
});
