import type { StepMessage } from '../../../platform/kernel/step';
import { withGrants } from '../../../platform/saga/journal/grants';
import type { VerifyGrant } from '../../../platform/saga/journal/grants';

const refusal = (code: string) => Object.assign(new Error('it does not open'), { code });
const approver = { actor: 'anna', roles: ['payments-approver'], approvalLimitCents: 500 };
const opening: VerifyGrant = async () => approver;

/** A journal that notes what gets through its gate. */
function gate(verify: VerifyGrant = opening, recorded = false) {
  const written: StepMessage[] = [];
  const plain = {
    handle: async (message: StepMessage) => {
      written.push(message);
      return { answer: 'done', result: {} } as const;
    },
    operate: () => Promise.reject(new Error('nobody asked')),
  };
  const journal = withGrants(plain, { verify, isRecorded: async () => recorded });
  const record = (change: object = {}) => journal.handle(messageOf(change));
  return { written, record };
}

function messageOf(change: object): StepMessage {
  const signed = {
    grant: 'a grant',
    jti: 'x'.repeat(20),
    reason: 'known customer',
    approved: true,
  };
  const identity = { sagaId: 'w/r', saga: 'place-order', workflowId: 'w' };
  const input = { ...identity, verb: 'decide', signed, at: 'manual review', ...change };
  return {
    ...{ sagaId: 'w/r', step: 'saga.acted:x', kind: 'forward', epoch: 0, run: 'r' },
    ...{ command: 'acted', input: input, saga: 'place-order' },
    ...{ correlationId: 'w', owner: 'otto' },
  };
}

describe('an act', () => {
  it('is recorded with the name of the person and without the grant', async () => {
    const { written, record } = gate();
    expect(await record({ requires: { role: 'payments-approver', amountCents: 500 } })).toEqual({
      answer: 'done',
      result: {},
    });
    expect(written[0]?.input).toMatchObject({
      verb: 'approve',
      actor: 'anna',
      jti: 'x'.repeat(20),
      step: 'manual review',
    });
    expect(JSON.stringify(written)).not.toContain('a grant');
  });

  it.each(['GRANT_INVALID', 'GRANT_EXPIRED'])(
    'with a grant that does not open changes nothing: %s',
    async (code) => {
      const { written, record } = gate(() => Promise.reject(refusal(code)));
      expect(await record()).toMatchObject({ answer: 'refused', code });
      expect(written).toEqual([]);
    },
  );

  it.each([
    ['ROLE_MISSING', { role: 'auditor' }],
    ['APPROVER_IS_INITIATOR', { notActor: 'anna' }],
    ['APPROVAL_LIMIT_EXCEEDED', { amountCents: 501 }],
  ])('of somebody who may not is refused: %s', async (code, requires) => {
    const { written, record } = gate();
    expect(await record({ requires })).toMatchObject({ answer: 'refused', code });
    expect(written).toEqual([]);
  });

  it('is shown to its grant exactly as it was signed', async () => {
    const seen: unknown[] = [];
    const { record } = gate(async (grant, act) => {
      seen.push(grant, act);
      return approver;
    });
    await record();
    const signed = { jti: 'x'.repeat(20), reason: 'known customer', approved: true };
    expect(seen).toEqual(['a grant', { ...signed, verb: 'decide', workflowId: 'w' }]);
  });

  it('that is recorded already is answered, even when its grant has run out', async () => {
    const { written, record } = gate(() => Promise.reject(refusal('GRANT_EXPIRED')), true);
    expect(await record()).toEqual({ answer: 'done', result: {} });
    expect(written).toEqual([]);
  });

  it('passes on what is no refusal: the journal is away', async () => {
    const { record } = gate(() => Promise.reject(refusal('STORE_UNAVAILABLE')));
    await expect(record()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
