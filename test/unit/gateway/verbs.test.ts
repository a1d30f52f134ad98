import type { Delivery } from '../../../gateway/sagas/engine';
import { pseudonymOf } from '../../../gateway/sagas/idempotency';
import { grantRefusals, verbRefusals, verbs } from '../../../platform/saga/verbs';
import type { GrantedAct, SignedVerb, Verb } from '../../../platform/saga/verbs';
import type { SagaView } from '../../../platform/saga/wire';
import { issuer, openGateway, testGrants } from './world';

const id = 'place-order:abc';
const owner = pseudonymOf(issuer, 'ann');
const parked = (...steps: string[]): SagaView['parked'] =>
  steps.map((step) => ({
    ...{ step, direction: 'forward', condition: 'nothing-stands', reason: 'STORE_UNAVAILABLE' },
    ...{ since: '2026-01-01T00:00:00.000Z', verbs: [] },
  }));

function withSaga(view: object = { parked: parked('ship stock'), awaiting: [] }) {
  const opened = openGateway();
  const startedAt = '2026-01-01T00:00:00.000Z';
  const sagaId = `${id}/run`;
  const known = { workflowId: id, saga: 'place-order', open: true, sagaId, startedAt };
  const memo = { requestHash: 'h', owner, businessKey: 'o-1' };
  opened.world.started.set(id, { ...known, memo, state: 'running' });
  opened.world.views.set(id, view as SagaView);
  return opened;
}

const told: Partial<Record<Verb, object>> = {
  'retry-with-input': { input: { orderId: 'o-2' } },
  decide: { approved: true, step: 'manual review' },
};
const post = (verb: string, as: string, body: object = { reason: 'x' }, key?: string) => ({
  ...{ method: 'POST', path: `/sagas/${encodeURIComponent(id)}/${verb}`, as, body },
  ...(key === undefined ? {} : { key }),
});
const postFor = (verb: Verb, as: string) => post(verb, as, { reason: 'x', ...told[verb] });
const actorOf = (verb: Verb) => (verb === 'decide' ? 'pam:payments-approver' : 'olga:operator');

describe.each(verbs)('the verb %s', (verb) => {
  test('is sent with a grant for exactly this act, and with the act as the id of the update', async () => {
    const { call, world } = withSaga();
    const answer = await call(postFor(verb, actorOf(verb)));
    expect([answer.status, answer.json()]).toEqual([202, { answer: 'accepted' }]);
    const [sent] = world.sent;
    const { grant, jti, reason, step, input, approved, ...more } = sent?.argument as SignedVerb;
    expect(more).toEqual({});
    expect([sent?.name, sent?.updateId]).toEqual([verb, jti]);
    const all: GrantedAct = { verb, workflowId: id, jti, reason };
    const named = Object.entries({ step, input, approved }).filter(
      ([, value]) => value !== undefined,
    );
    const person = await (
      await testGrants()
    ).verify(grant, { ...all, ...Object.fromEntries(named) });
    const [subject = '', role] = actorOf(verb).split(':');
    expect(person).toEqual({ actor: pseudonymOf(issuer, subject), roles: [role] });
  });

  test('is nothing for a customer who is a stranger', async () => {
    const { call, world } = withSaga();
    expect([403, 404]).toContain((await call(postFor(verb, 'bob:customer'))).status);
    expect(world.sent).toEqual([]);
  });

  test('needs a reason where it is not the owner’s own wish', async () => {
    const { call } = withSaga();
    const answer = await call(post(verb, actorOf(verb), { ...told[verb] }));
    expect(answer.status).toBe(verb === 'cancel' ? 202 : 400);
  });
});

test('another input must be given where a verb is about it', async () => {
  const { call } = withSaga();
  const missing = await call(post('retry-with-input', 'olga:operator'));
  expect([missing.status, missing.json().code]).toEqual([400, 'BODY_INVALID']);
  const empty = { reason: 'x', input: null };
  expect((await call(post('retry-with-input', 'olga:operator', empty))).status).toBe(202);
});

describe('the step of a verb', () => {
  const stepSent = async (view: object, verb: string, body: object = {}) => {
    const { call, world } = withSaga(view);
    await call(post(verb, 'olga:operator+payments-approver', { reason: 'x', ...body }));
    return (world.sent[0]?.argument as SignedVerb).step;
  };

  test('is named for the person where only one is parked, so that the grant is for that one', async () => {
    expect(await stepSent({ parked: parked('ship stock') }, 'retry')).toBe('ship stock');
    expect(await stepSent({ parked: parked('a', 'b') }, 'retry')).toBeUndefined();
    expect(await stepSent({ parked: parked('a', 'b') }, 'retry', { step: 'b' })).toBe('b');
    expect(await stepSent({ parked: [] }, 'retry')).toBeUndefined();
  });

  test('of a decision is the one that is awaited; cancel and pause have none', async () => {
    const awaiting = [
      { step: 'manual review', kind: 'approval' },
      { step: 'parcel', kind: 'event' },
    ];
    const view = { parked: parked('ship stock'), awaiting };
    expect(await stepSent(view, 'decide', { approved: true })).toBe('manual review');
    expect(await stepSent(view, 'pause')).toBeUndefined();
    expect(await stepSent(view, 'cancel')).toBeUndefined();
  });
});

test('the approver’s own limit is in the grant', async () => {
  const { call, world } = withSaga();
  await call(postFor('decide', 'pam:payments-approver:70000'));
  const { grant } = world.sent[0]?.argument as SignedVerb;
  const claims = Buffer.from(grant.split('.')[1] ?? '', 'base64url').toString();
  expect(JSON.parse(claims)).toMatchObject({ approvalLimitCents: 70_000 });
});

describe('what the saga says to a verb it does not take', () => {
  const statuses: Readonly<Record<string, number>> = {
    ...{ VERB_INVALID: 422, GRANT_INVALID: 500, GRANT_EXPIRED: 503, ROLE_MISSING: 403 },
    ...{ APPROVER_IS_INITIATOR: 403, APPROVAL_LIMIT_EXCEEDED: 403 },
  };

  test.each([...verbRefusals, ...grantRefusals])('%s is a documented problem', async (code) => {
    const { call, world } = withSaga();
    world.delivery = { kind: 'rejected', code, detail: 'the saga says so' };
    const answer = await call(post('retry', 'olga:operator'));
    expect([answer.status, answer.json().code]).toEqual([statuses[code] ?? 409, code]);
    const detail = code === 'ROLE_MISSING' ? 'the saga says so' : 'the saga says so; next: ';
    expect(answer.json().detail).toContain(detail);
    expect((await call({ path: String(answer.json().type) })).json()).toMatchObject({ code });
  });

  test('a code of another release is VERB_REFUSED, and nothing is lost of what it said', async () => {
    const { call, world } = withSaga();
    world.delivery = { kind: 'rejected', code: 'ReferenceError', detail: 'no such update' };
    const answer = await call(post('retry', 'olga:operator'));
    expect([answer.status, answer.json().code]).toEqual([409, 'VERB_REFUSED']);
    expect(answer.json().detail).toContain('no such update');
  });

  test('nobody at work is a 503 that says when to ask again', async () => {
    const { call, world } = withSaga();
    world.delivery = { kind: 'no-worker' };
    const answer = await call(post('retry', 'olga:operator'));
    expect([answer.status, answer.json().code]).toEqual([503, 'WORKERS_AWAY']);
    expect(answer.headers['retry-after']).toBe('5');
  });
});

test('the same verb under the same key is the same act, whoever’s grant it is this time', async () => {
  const { call, world } = withSaga();
  await call(post('retry', 'olga:operator', { reason: 'x' }, 'k'));
  await call(post('retry', 'olga:operator', { reason: 'x' }, 'k'));
  await call(post('retry', 'otto:operator', { reason: 'x' }, 'k'));
  const [first, again, other] = world.sent.map(({ updateId }) => updateId);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

describe('a verb whose grant ran out on its way', () => {
  /** As Temporal does: an id that was taken is answered with what came of it. */
  const kept = (outcomes: Map<string, Delivery>, fresh: () => Delivery) => (updateId: string) => {
    const outcome = outcomes.get(updateId) ?? fresh();
    outcomes.set(updateId, outcome);
    return outcome;
  };
  const expired: Delivery = { kind: 'rejected', code: 'GRANT_EXPIRED', detail: 'too late' };
  const accepted: Delivery = { kind: 'answered', answer: 'accepted' };

  test('is taken when it is sent again, and every repeat finds it', async () => {
    const { call, world } = withSaga();
    const outcomes = new Map<string, Delivery>();
    const send = () => call(post('retry', 'olga:operator', { reason: 'x' }, 'k'));
    world.deliver = kept(outcomes, () => (outcomes.size === 0 ? expired : accepted));
    expect((await send()).status).toBe(202);
    expect((await send()).status).toBe(202);
    const [first = '', ...more] = world.sent.map(({ updateId }) => updateId);
    expect(more).toEqual([`${first}.2`, first, `${first}.2`]);
  });

  test('is given up for now where every grant is refused, and another refusal is final', async () => {
    const { call, world } = withSaga();
    world.deliver = () => expired;
    const answer = await call(post('retry', 'olga:operator'));
    expect([answer.status, answer.json().code, world.sent.length]).toEqual([
      503,
      'GRANT_EXPIRED',
      20,
    ]);
    const { call: other, world: second } = withSaga();
    second.deliver = () => ({ ...expired, code: 'ROLE_MISSING' });
    expect((await other(post('retry', 'olga:operator'))).status).toBe(403);
    expect(second.sent).toHaveLength(1);
  });
});
