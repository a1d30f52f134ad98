import { createMemoryStore } from '../../../platform/outbox/memory/store';
import { createParticipant } from '../../../platform/participant/handle';
import { loadSchemas } from '../../../platform/event-log/schema-registry';
import type { SagaGrant } from '../../../platform/saga/grants/grant';
import { journal } from '../../../platform/saga/journal/contract';
import { grantCheck, revocationsOf } from '../../../platform/saga/journal/revocations';
import { journalService } from '../../../platform/saga/journal/service';
import type { JournalState } from '../../../platform/saga/journal/state';
import type { VerifiedGrant } from '../../../platform/saga/verbs';
import { SagaGrantRefused } from '../../../platform/security/saga-grants';

const at = Date.parse('2030-01-01T00:00:00.000Z');
const operator: VerifiedGrant = { actor: 'olga', roles: ['operator'] };
const request = { subject: 'ann', jti: 'jti-1', reason: 'left', grant: 'signed' };

function world() {
  const store = createMemoryStore<JournalState>();
  const participant = createParticipant({
    definition: journalService,
    ...{ store, schemas: loadSchemas(), partitions: 3, clock: () => new Date(at) },
  });
  const open = async () => ['place-order:a'];
  return {
    store,
    revoke: (verify = async () => operator, asked = request) =>
      revocationsOf(participant, { journal: { openOf: open }, verify })(asked),
    /** A saga of a person, on a grant that was issued so long after the revocation. */
    start: (owner: string, laterMs?: number) => {
      const [saga, workflowId] = ['place-order', `place-order:${owner}`];
      const granted =
        laterMs === undefined ? {} : { grantedAt: new Date(at + laterMs).toISOString() };
      const { command, input } = journal.started({
        ...{ sagaId: `${workflowId}/run`, saga, workflowId, owner, businessKey: 'o' },
        ...{ requestHash: 'h', deadlineAt: '2030-01-01T00:15:00.000Z', ...granted },
      });
      return participant.handle({
        ...{ sagaId: `${workflowId}/run`, step: 'saga.started', kind: 'forward', epoch: 0 },
        ...{ run: 'run', saga, correlationId: workflowId, owner, command, input },
      });
    },
    check: (grant: Partial<SagaGrant> | SagaGrantRefused | undefined) =>
      grantCheck({
        store,
        presentGrant: () => (grant === undefined ? undefined : Buffer.from('sealed')),
        open: async () => {
          if (grant instanceof SagaGrantRefused) throw grant;
          return grant as SagaGrant;
        },
      })({ family: 'place-order:ann' }),
  };
}

test('is durable with who asked and why, and names what is open', async () => {
  const { store, revoke } = world();
  const revokedAt = '2030-01-01T00:00:00.000Z';
  expect(await revoke()).toEqual({ revokedAt, open: ['place-order:a'] });
  expect(await store.history({ limitMax: 5 })).toMatchObject([
    {
      ...{ aggregateId: 'subject/ann', type: 'subject.revoked' },
      data: { subject: 'ann', actor: 'olga', reason: 'left', revokedAt },
    },
  ]);
});

test('the same act again is one record, another act a further one', async () => {
  const { store, revoke } = world();
  await revoke();
  await revoke();
  expect(await store.history({ limitMax: 5 })).toHaveLength(1);
  await revoke(undefined, { ...request, jti: 'jti-2' });
  expect(await store.history({ limitMax: 5 })).toHaveLength(2);
});

test('the grant is opened for this very act', async () => {
  const { revoke } = world();
  const verify = jest.fn(async () => operator);
  await revoke(verify);
  const act = { verb: 'revoke', workflowId: 'subject/ann', jti: 'jti-1', reason: 'left' };
  expect(verify).toHaveBeenCalledWith('signed', act);
});

test.each<[string, () => Promise<VerifiedGrant>, string]>([
  ['without the role', async () => ({ ...operator, roles: ['customer'] }), 'ROLE_MISSING'],
  [
    'on a forged grant',
    () => Promise.reject(Object.assign(new Error(), { code: 'GRANT_INVALID' })),
    'GRANT_INVALID',
  ],
])('nothing is revoked %s', async (_how, verify, refused) => {
  const { store, revoke } = world();
  expect(await revoke(verify)).toEqual({ refused });
  expect(await store.history({ limitMax: 5 })).toEqual([]);
});

describe('after a revocation', () => {
  test.each([
    ['before it', 'ann', -1_000, 'GRANT_REVOKED'],
    ['in the same moment, on another clock', 'ann', 4_000, 'GRANT_REVOKED'],
    ['afterwards', 'ann', 6_000, undefined],
    ['before it for somebody else', 'bob', -1_000, undefined],
  ])('a saga that was granted %s', async (_when, owner, laterMs, code) => {
    const { revoke, start, check } = world();
    await revoke();
    expect(await start(owner, laterMs)).toMatchObject(code ? { code } : { answer: 'done' });
    const checked = await check({ subject: owner, issuedAtMs: at + laterMs });
    expect(checked).toEqual(code ? { refused: code } : {});
  });

  test('what had started before is not started again, and found open', async () => {
    const { revoke, start } = world();
    const first = await start('ann', -1_000);
    await revoke();
    expect(await start('ann', -1_000)).toEqual(first);
  });
});

test.each([
  ['that is missing', undefined, 'GRANT_INVALID'],
  ['that is over', new SagaGrantRefused('GRANT_EXPIRED', 'over'), 'GRANT_EXPIRED'],
])('a grant %s does not come through the pivot', async (_what, grant, refused) => {
  expect(await world().check(grant)).toEqual({ refused });
});

test('nothing is taken back from those of whom nothing is known', async () => {
  expect(await world().check({ subject: 'ann', issuedAtMs: 0 })).toEqual({});
});
