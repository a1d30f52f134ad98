import path from 'node:path';
import type { Json } from '../../platform/kernel/json';
import { projectRoot } from '../../platform/runtime/paths';
import type { SagaGrant } from '../../platform/saga/grants/grant';
import { eventually } from '../support/eventually';
import { expectSettled, failureOf, holdBack } from './support/expectations';
import { buildFamilyBundle } from './support/family';
import { hand, honestly, letGoOfHand, openGrantedWorld } from './support/granted-world';
import { orderInput } from './support/requests';
import type { SagaWorld, StartedSaga } from './support/saga-world';
import type { Behaviour } from './support/scripted-participants';

const dayMs = 86_400_000;
const operator = { actor: 'operator-1', reason: 'looked at it' };

beforeEach(letGoOfHand);

describe('a saga under a grant', () => {
  let world: SagaWorld;
  beforeAll(async () => {
    world = await openGrantedWorld();
  });
  afterAll(() => world.stop());
  afterEach(() => world.participants.heal());

  const sentBy = ({ sagaId }: StartedSaga) =>
    world.participants.deliveriesOf(sagaId).map(({ message, outcome }) => {
      return `${message.kind} ${message.step}: ${outcome}`;
    });
  /** Time passes while this message is at its participant; it was let in before. */
  const passesDuring = (what: string, ms: number, behaviour: Behaviour = {}) =>
    world.participants.next(what, { ...behaviour, arrives: () => void (hand.laterMs = ms) });

  it('carries it to every step, and ends', async () => {
    const saga = await world.start('place-order', orderInput());
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    await expectSettled(world, saga, 'all');
  });

  it('goes back when its time is over, and every undo is done without it', async () => {
    passesDuring('forward open order', 10 * dayMs);
    const held = holdBack(world, 'authorize payment');
    const saga = await world.start('place-order', orderInput());
    await held.untilTurned(saga);
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'GRANT_EXPIRED' });
    expect(sentBy(saga)).toContain('forward reserve stock: refused');
    expect(sentBy(saga)).toContain('undo open order: undone');
    await expectSettled(world, saga, 'nothing');
  });

  it('that waited too long for a person does not come through its pivot', async () => {
    const saga = await world.start('place-order', orderInput(900_000));
    await saga.until(({ awaiting }) => awaiting.length === 1);
    hand.laterMs = 10 * dayMs;
    const approver = { actor: 'approver-1', roles: ['payments-approver'], approved: true };
    expect(await saga.update('decide', { ...approver, reason: 'fine' })).toBe('accepted');
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'GRANT_EXPIRED' });
    expect(sentBy(saga)).toContain('undo reserve stock: undone');
    await expectSettled(world, saga, 'nothing');
  });

  it('can be cancelled while its grant is looked at: its pivot is not sent', async () => {
    const saga = await world.start('place-order', orderInput(900_000));
    await saga.until(({ awaiting }) => awaiting.length === 1);
    let [isLookedAt, letGo] = [false, () => {}];
    const held = new Promise<void>((resolve) => (letGo = resolve));
    hand.beforeOpen = () => {
      isLookedAt = true;
      return held;
    };
    const approver = { actor: 'approver-1', roles: ['payments-approver'], approved: true };
    await saga.update('decide', { ...approver, reason: 'fine' });
    await eventually(async () => expect(isLookedAt).toBe(true));
    expect(await saga.update('cancel', { actor: 'customer-1', reason: 'no' })).toBe('accepted');
    letGo();
    expect(await failureOf(saga)).toMatchObject({ type: 'CancelledFailure' });
    expect(sentBy(saga).join()).not.toContain('forward capture payment');
    await expectSettled(world, saga, 'nothing');
  });

  it('whose person’s token and grant have ended goes back and is repaired; its steps are refused', async () => {
    world.participants.next('undo open order', { fails: 'UNDO_IMPOSSIBLE' });
    passesDuring('forward open order', 10 * dayMs);
    const held = holdBack(world, 'authorize payment');
    const saga = await world.start('place-order', orderInput());
    await held.untilTurned(saga);
    await saga.until((view) => view.state === 'parked');
    expect(sentBy(saga)).toContain('forward reserve stock: refused');
    expect(await saga.update('retry', operator)).toBe('accepted');
    expect(await saga.result()).toMatchObject({ reason: 'GRANT_EXPIRED' });
    await expectSettled(world, saga, 'nothing');
  });

  it('goes forward behind its pivot, whatever became of its grant', async () => {
    passesDuring('forward capture payment', 10 * dayMs);
    const saga = await world.start('place-order', orderInput());
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect(hand.laterMs).toBe(10 * dayMs);
    await expectSettled(world, saga, 'all');
  });

  it('is answered as before when a step is sent again after the grant has ended', async () => {
    passesDuring('forward capture payment', 10 * dayMs, { losesReply: 'STORE_UNAVAILABLE' });
    const saga = await world.start('place-order', orderInput());
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect(sentBy(saga).filter((it) => it === 'forward capture payment: done')).toHaveLength(2);
  });

  it('takes no step that its grant does not name, and goes back', async () => {
    hand.granting = (facts) =>
      honestly({ ...facts, commands: { 'place-order': ['orders.open', 'inventory.reserve'] } });
    const saga = await world.start('place-order', orderInput());
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'GRANT_INVALID' });
    expect(sentBy(saga)).toContain('forward authorize payment: refused');
    await expectSettled(world, saga, 'nothing');
  });

  const others: [string, (facts: SagaGrant) => Promise<Uint8Array | undefined>, string][] = [
    ['without one', async () => undefined, 'GRANT_INVALID'],
    [
      'with the one of another saga',
      (facts) => honestly({ ...facts, workflowId: 'place-order:other' }),
      'GRANT_INVALID',
    ],
    [
      'with one for another input',
      (it) => honestly({ ...it, inputHash: 'f'.repeat(64) }),
      'GRANT_INVALID',
    ],
    ['with one of somebody else', (it) => honestly({ ...it, subject: 'mallory' }), 'GRANT_INVALID'],
    [
      'with one for another kind',
      (it) => honestly({ ...it, saga: 'return-order' }),
      'GRANT_INVALID',
    ],
    [
      'with one that is over',
      (it) =>
        honestly({ ...it, issuedAtMs: it.issuedAtMs - dayMs, expiresAtMs: it.issuedAtMs - 60_000 }),
      'GRANT_EXPIRED',
    ],
    [
      'with one that ends before it',
      (it) => honestly({ ...it, expiresAtMs: it.issuedAtMs + 60_000 }),
      'GRANT_INVALID',
    ],
    ['with one that was made up', async () => Buffer.from('{"roles":["admin"]}'), 'GRANT_INVALID'],
  ];
  it.each(others)('does nothing when it was started %s', async (_how, forged, code) => {
    hand.granting = forged;
    const saga = await world.start('place-order', orderInput());
    expect(await failureOf(saga)).toMatchObject({ type: code });
    expect(sentBy(saga)).toEqual([]);
    expect(
      await world.journalStore.readAggregate(`saga/${saga.handle.workflowId}`),
    ).toBeUndefined();
  });

  it('that somebody calls a step of another one does nothing on the grant of that one', async () => {
    const victim = await world.start('place-order', orderInput());
    await victim.result();
    const { workflowId } = victim.handle;
    hand.granting = (facts) => honestly({ ...facts, workflowId });
    const parent = { sagaId: victim.sagaId, step: 'open order' };
    const saga = await world.start('place-order', orderInput(), { parent, family: workflowId });
    expect(await failureOf(saga)).toMatchObject({ type: 'GRANT_INVALID' });
    expect(sentBy(saga)).toEqual([]);
  });

  it('that was ended from outside is undone by its recovery, which has no grant', async () => {
    let letGo = () => {};
    const waitsFor = new Promise<void>((resolve) => (letGo = resolve));
    world.participants.next('forward authorize payment', { waitsFor });
    const saga = await world.start('place-order', orderInput());
    await saga.until(({ steps }) => steps.some(({ name }) => name === 'authorize payment'));
    hand.laterMs = 10 * dayMs;
    await saga.handle.terminate('by hand');
    const { workflowId } = saga.handle;
    const target: Json = {
      workflowId,
      sagaId: saga.sagaId,
      saga: 'place-order',
      reason: 'TERMINATED',
    };
    const recovery = await world.env.client.workflow.start('recover', {
      ...{ taskQueue: 'sagastest', workflowId: `recover/${saga.sagaId}`, args: [target] },
    });
    letGo();
    await expect(recovery.result()).rejects.toMatchObject({ cause: { type: 'SagaCompensated' } });
    expect(Object.values(saga.nets()).every((net) => net === 0)).toBe(true);
  });
});

describe('a saga of a person whose grants were revoked', () => {
  let world: SagaWorld;
  beforeAll(async () => {
    world = await openGrantedWorld();
  });
  afterAll(() => world.stop());

  it('does not come through its pivot once its grant was revoked, though nobody could cancel it', async () => {
    const saga = await world.start('place-order', orderInput(900_000));
    await saga.until(({ awaiting }) => awaiting.length === 1);
    const beforeMs = hand.nowMs;
    await world.journal.handle({
      ...{ sagaId: 'subject/customer-1', step: 'revoke:1', kind: 'forward', epoch: 0, run: 'r' },
      ...{ saga: '', correlationId: 'subject/customer-1', owner: 'olga', command: 'revoked' },
      input: { subject: 'customer-1', actor: 'olga', reason: 'left' },
    });
    const approver = { actor: 'approver-1', roles: ['payments-approver'], approved: true };
    await saga.update('decide', { ...approver, reason: 'fine' });
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'GRANT_REVOKED' });
    const deliveries = world.participants.deliveriesOf(saga.sagaId);
    const sent = deliveries.map(({ message }) => `${message.kind} ${message.step}`);
    expect(sent).not.toContain('forward capture payment');
    await expectSettled(world, saga, 'nothing');
    hand.granting = (facts) =>
      honestly({ ...facts, issuedAtMs: beforeMs, expiresAtMs: beforeMs + 10 * dayMs });
    const next = await world.start('place-order', orderInput(), {
      deadlineAtMs: beforeMs + 15 * 60_000,
    });
    expect(await failureOf(next)).toMatchObject({ type: 'GRANT_REVOKED' });
  });
});

describe('a family of sagas under one grant', () => {
  let world: SagaWorld;
  beforeAll(async () => {
    const bundle = path.join(projectRoot, 'dist', 'grants-bundle.js');
    await buildFamilyBundle(bundle);
    world = await openGrantedWorld(bundle);
  });
  afterAll(() => world.stop());

  it('takes it along into every run', async () => {
    const left = ['a', 'b', 'c', 'd', 'e'];
    const saga = await world.start('rounds', { left, pivot: true });
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect(Object.values(saga.nets())).toEqual(Array.from({ length: 7 }, () => 1));
  });

  it('takes it along into the sagas that are steps of it', async () => {
    const saga = await world.start('bulk', { parts: [['a'], ['b', 'c']] });
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
  });

  it('goes back whole when it does not cover them', async () => {
    hand.granting = (facts) => honestly({ ...facts, commands: { ...facts.commands, part: [] } });
    const saga = await world.start('bulk', { parts: [['a', 'b']] });
    expect(await saga.result()).toMatchObject({ outcome: 'compensated' });
    expect(world.participants.netsOf(saga.sagaId)).toEqual({});
  });
});
