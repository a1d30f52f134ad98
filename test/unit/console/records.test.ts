import { eventsShownMax, olderNote } from '../../../console/src/events/records';

test('a page with as many events as were asked for says that there may be older ones', () => {
  expect(olderNote(eventsShownMax - 1, '--saga s-1')).toBeUndefined();
  expect(olderNote(eventsShownMax, '--saga s-1')).toContain('holdfast events --saga s-1');
});
