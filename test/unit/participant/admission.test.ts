import type { Context } from '@temporalio/activity';
import { asyncLocalStorage } from '@temporalio/activity';
import type { StepKind, StepMessage } from '../../../platform/kernel/step';
import { createMemoryStore } from '../../../platform/outbox/memory/store';
import { createAdmission } from '../../../platform/participant/admission';
import type { AdmissionOptions, Barred } from '../../../platform/participant/admission';
import type { SagaGrant } from '../../../platform/saga/grants/grant';
import { SagaGrantRefused } from '../../../platform/security/saga-grants';
import { boxParticipant, stepOf } from '../../support/box-service';
import type { Box } from '../../support/box-service';

const workflowId = 'fill:1';
const sagaId = `${workflowId}/run`;
const grant: SagaGrant = {
  ...{ id: 'g', subject: 'owner', roles: [], saga: 'fill', workflowId, inputHash: '' },
  commands: { fill: ['boxes.put'], part: ['boxes.put'] },
  ...{ issuedAtMs: 0, expiresAtMs: 0 },
};
const plan = (kind: StepKind) => ({ kind, order: 0 });
const forward: StepMessage = {
  ...stepOf(sagaId, ['left']).forward(0),
  ...{ saga: 'fill', correlationId: workflowId, owner: 'owner', plan: plan('compensatable') },
};
const undo = { ...stepOf(sagaId, ['left']).undo(0), plan: plan('compensatable') };
const settle = { ...stepOf(sagaId, ['left']).settle(0), plan: plan('pivot') };

interface Shown {
  readonly asking?: string | undefined;
  readonly sealed?: Uint8Array | undefined;
  readonly open?: AdmissionOptions['open'];
  readonly keepsRecords?: boolean;
}

const good = Buffer.from('sealed');
const expired = () => Promise.reject(new SagaGrantRefused('GRANT_EXPIRED', 'its time is over'));

function admit(message: StepMessage, shown: Shown = {}): Promise<Barred | undefined> {
  const { asking = workflowId, open = async () => grant, keepsRecords = false } = shown;
  const sealed = 'sealed' in shown ? shown.sealed : good;
  const admission = createAdmission({
    ...{ participant: 'boxes', presentGrant: () => sealed, open, keepsRecords },
  });
  const info = { workflowExecution: { workflowId: asking, runId: 'run' } };
  return asyncLocalStorage.run({ info } as Context, () => admission(message));
}

describe('a forward before the point of no return', () => {
  test('has its effect on a grant that is for it', async () => {
    expect(await admit(forward)).toBeUndefined();
    expect(await admit({ ...forward, plan: plan('pivot') })).toBeUndefined();
  });

  test('is asked of the grant of its family', async () => {
    const asked: string[] = [];
    const open = async (_sealed: Uint8Array, of: string) => {
      asked.push(of);
      return grant;
    };
    const child = { ...forward, sagaId: 'part:7/run', saga: 'part' };
    expect(await admit(child, { asking: 'part:7', open })).toBeUndefined();
    expect(asked).toEqual([workflowId]);
  });

  test.each<[string, StepMessage, Shown]>([
    ['without a grant', forward, { sealed: undefined }],
    ['of another workflow', forward, { asking: 'fill:2' }],
    ['of no workflow', forward, { asking: '' }],
    ['of a saga that is not in the grant', { ...forward, saga: 'empty' }, {}],
    ['of a saga that every object has', { ...forward, saga: 'constructor' }, {}],
    ['with a command that is not in the grant', { ...forward, command: 'smash' }, {}],
    ['for somebody else', { ...forward, owner: 'another' }, {}],
    ['that does not say what it is', withoutPlan(forward), { sealed: undefined }],
  ])('%s has none', async (_what, message, shown) => {
    expect(await admit(message, shown)).toMatchObject({ code: 'GRANT_INVALID' });
  });

  test('has none on a grant whose time is over, and is told no more than that', async () => {
    expect(await admit(forward, { open: expired })).toEqual({
      code: 'GRANT_EXPIRED',
      detail: 'the grant of this saga was not accepted',
    });
  });

  test('is tried again where the grant could not be looked at', async () => {
    const open = () => Promise.reject(new Error('no such file'));
    await expect(admit(forward, { open })).rejects.toThrow('no such file');
  });
});

function withoutPlan({ plan: _, ...rest }: StepMessage): StepMessage {
  return rest;
}

test.each<[string, StepMessage, Shown]>([
  ['an undo', undo, {}],
  ['a settle', settle, {}],
  ['a step behind the pivot', { ...forward, plan: plan('retriable') }, {}],
  ['a recovery', forward, { asking: `recover/${sagaId}` }],
  ['what a saga records of itself', withoutPlan(forward), { keepsRecords: true }],
])('%s stands on no grant', async (_what, message, shown) => {
  for (const open of [expired, async () => grant]) {
    expect(await admit(message, { sealed: undefined, open, ...shown })).toBeUndefined();
  }
});

test('the recovery of another saga is none of this one', async () => {
  const shown = { sealed: undefined, asking: 'recover/fill:2/run' };
  expect(await admit(forward, shown)).toMatchObject({ code: 'GRANT_INVALID' });
});

describe('a forward that is barred', () => {
  const barred = { code: 'GRANT_EXPIRED', detail: 'over' } as const;
  const key = { sagaId, step: forward.step };
  const open = () => {
    const store = createMemoryStore<Box>();
    return { store, participant: boxParticipant(store) };
  };

  test('is refused, and shuts the door for one that was let in before and comes late', async () => {
    const { store, participant } = open();
    expect(await participant.handle(forward, { barred })).toEqual({ answer: 'refused', ...barred });
    expect(await participant.handle(forward)).toEqual({ answer: 'refused', ...barred });
    expect(await store.readStepRecord(key)).toMatchObject({ state: 'refused', effect: [] });
    expect(await store.readAggregate('left')).toBeUndefined();
  });

  test('is answered as before where it was done: an honest try again meets the stored result', async () => {
    const { participant } = open();
    const done = await participant.handle(forward);
    expect(await participant.handle(forward, { barred })).toEqual(done);
  });

  test('can be undone and settled like any other', async () => {
    const { store, participant } = open();
    await participant.handle(forward, { barred });
    expect(await participant.handle(settle)).toEqual({ answer: 'not-done' });
    expect(await participant.handle(undo)).toEqual({ answer: 'no-effect' });
    expect(await store.readStepRecord(key)).toMatchObject({ state: 'tombstone' });
  });
});
