import {
  mayAnswer,
  maySeeInside,
  maySeeOverview,
  parkedOptions,
  wholeVerbs,
} from '../../../console/src/saga/rights';

const running = { state: 'running' };
const options = [{ verb: 'retry', does: 'sends the step again', consequence: 'once' } as const];

test.each([
  ['operator', ['pause', 'cancel']],
  ['admin', ['cancel']],
  ['customer', ['cancel']],
  ['viewer', []],
  ['payments-approver', []],
])('somebody with the role %s is offered %j', (role, verbs) => {
  expect(wholeVerbs([role], running)).toEqual(verbs);
});

test('a customer who also looks at the sagas of others is not offered to cancel them', () => {
  expect(wholeVerbs(['customer', 'viewer'], running)).toEqual([]);
});

test('a held saga can be let go on, not held again', () => {
  expect(wholeVerbs(['operator'], { ...running, paused: true })).toEqual(['unpause', 'cancel']);
});

test('what goes back already is not cancelled', () => {
  expect(wholeVerbs(['operator'], { state: 'compensating', reason: 'DEADLINE' })).toEqual([
    'pause',
  ]);
  expect(wholeVerbs(['operator'], { state: 'parked', reason: 'DEADLINE' })).toEqual(['pause']);
});

test.each(['completed', 'compensated', 'cancelled'])('nothing is done with a %s saga', (state) => {
  expect(wholeVerbs(['operator', 'admin', 'customer'], { state })).toEqual([]);
});

test('verbs for a parked step are the operators’, and only those the saga takes', () => {
  expect(parkedOptions(['operator'], { options: [...options] })).toEqual(options);
  for (const role of ['viewer', 'admin', 'customer', 'payments-approver'])
    expect(parkedOptions([role], { options: [...options] })).toEqual([]);
});

test('what is awaited is offered to the role it is awaited from', () => {
  const awaited = { role: 'payments-approver' };
  expect(mayAnswer(['payments-approver'], awaited)).toBe(true);
  expect(mayAnswer(['operator', 'admin'], awaited)).toBe(false);
});

test('who sees what follows the roles', () => {
  expect(maySeeOverview(['payments-approver'])).toBe(true);
  expect(maySeeInside(['payments-approver'])).toBe(false);
  expect(maySeeOverview(['customer'])).toBe(false);
  expect(maySeeInside(['viewer'])).toBe(true);
});
