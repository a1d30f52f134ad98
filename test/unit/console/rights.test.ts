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
  expect(wholeVerbs({ roles: [role] }, running)).toEqual(verbs);
});

test('a customer who also looks at the sagas of others is not offered to cancel them', () => {
  expect(wholeVerbs({ roles: ['customer', 'viewer'] }, running)).toEqual([]);
});

test('a held saga can be let go on, not held again', () => {
  expect(wholeVerbs({ roles: ['operator'] }, { ...running, paused: true })).toEqual([
    'unpause',
    'cancel',
  ]);
});

test('what goes back already is not cancelled', () => {
  expect(
    wholeVerbs({ roles: ['operator'] }, { state: 'compensating', reason: 'DEADLINE' }),
  ).toEqual(['pause']);
  expect(wholeVerbs({ roles: ['operator'] }, { state: 'parked', reason: 'DEADLINE' })).toEqual([
    'pause',
  ]);
});

test.each(['completed', 'compensated', 'cancelled'])('nothing is done with a %s saga', (state) => {
  expect(wholeVerbs({ roles: ['operator', 'admin', 'customer'] }, { state })).toEqual([]);
});

test('verbs for a parked step are the operators’, and only those the saga takes', () => {
  expect(parkedOptions(['operator'], { options: [...options] })).toEqual(options);
  for (const role of ['viewer', 'admin', 'customer', 'payments-approver'])
    expect(parkedOptions([role], { options: [...options] })).toEqual([]);
});

const own = 'a'.repeat(32);
const foreign = { state: 'running', owner: 'b'.repeat(32) };

test('the owner may cancel, whatever else they may see', () => {
  const viewer = { roles: ['customer', 'viewer'], owner: own };
  expect(wholeVerbs(viewer, { ...foreign, owner: own })).toEqual(['cancel']);
  expect(wholeVerbs(viewer, foreign)).toEqual([]);
});

test('what is awaited is offered to the role it is awaited from', () => {
  const awaited = { role: 'payments-approver', kind: 'approval' } as const;
  expect(mayAnswer({ roles: ['payments-approver'], owner: own }, awaited, foreign)).toBe(true);
  expect(mayAnswer({ roles: ['operator', 'admin'], owner: own }, awaited, foreign)).toBe(false);
});

test('nobody is offered to decide about their own saga, only to hand over what came', () => {
  const viewer = { roles: ['payments-approver'], owner: own };
  const mine = { ...foreign, owner: own };
  expect(mayAnswer(viewer, { role: 'payments-approver', kind: 'approval' }, mine)).toBe(false);
  expect(mayAnswer(viewer, { role: 'payments-approver', kind: 'event' }, mine)).toBe(true);
});

test('who sees what follows the roles', () => {
  expect(maySeeOverview(['payments-approver'])).toBe(true);
  expect(maySeeInside(['payments-approver'])).toBe(false);
  expect(maySeeOverview(['customer'])).toBe(false);
  expect(maySeeInside(['viewer'])).toBe(true);
});
