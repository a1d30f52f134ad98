import { familiesOf } from '../../../platform/audit/family';
import { firstMark } from '../../../platform/audit/ledger/port';
import { memoryLedger } from '../../../platform/audit/ledger/memory';
import { openJudge } from '../../../platform/audit/pass/judge';
import type { NamedStepRecord } from '../../../platform/outbox/ports';
import { sagaAudits } from '../../../workflows/audits';
import { aLogEvent } from '../../support/log-events';

const workflowId = 'place-order:1';
const sagaId = `${workflowId}/run`;
const names = { sagaId, saga: 'place-order', workflowId };

/** An ended saga of which the log shows a capture and no order; `named` is what a participant remembers. */
async function judging(named: readonly { aggregateId: string; seq: number }[]) {
  const ledger = memoryLedger();
  const told = { correlationId: workflowId, sagaId };
  const families = familiesOf([
    aLogEvent({ ...told, service: 'sagas', type: 'saga.started', data: names }),
    aLogEvent({ ...told, service: 'payments', type: 'payment.captured', data: { amountCents: 5 } }),
    aLogEvent({
      ...told,
      service: 'sagas',
      type: 'saga.finished',
      data: { ...names, outcome: 'completed' },
    }),
  ]);
  await ledger.commit({ service: 'sagas', mark: firstMark, families: [...families.values()] });
  const effect = named.map((one) => ({ ...one, type: 'payment.captured', data: {} }));
  const record = { step: 'capture payment', effect } as unknown as NamedStepRecord;
  const clock = { ms: 1_000 };
  const stores = [{ name: 'payments', store: { stepRecordsOf: async () => [record] } }];
  const judge = openJudge({ ledger, sagas: sagaAudits, stores, now: () => clock.ms, limitMax: 10 });
  return { ledger, judge };
}

test('a saga is judged when everything before its end was read, and not sooner', async () => {
  const { judge } = await judging([]);
  expect(await judge(1_000)).toEqual({ judged: [], findings: [] });
  const { judged, findings } = await judge(1_001);
  expect(judged).toEqual([workflowId]);
  expect(findings).toMatchObject([
    { code: 'CAPTURED_EQUALS_CONFIRMED', subject: workflowId, sagaId },
    { code: 'CHARGED_EQUALS_CAPTURED', subject: workflowId, sagaId },
  ]);
});

test('a saga is accused only where the log has shown every event its participants remember', async () => {
  const event = { aggregateId: 'payment/o-1', seq: 3 };
  const { ledger, judge } = await judging([event]);
  await judge(0);
  expect(await judge(2_000)).toEqual({ judged: [], findings: [] });
  const seen = { ...event, hash: 'h', isFilled: false, partition: 0, offset: '7' };
  await ledger.commit({ service: 'payments', mark: firstMark, seen: [seen] });
  expect((await judge(2_000)).judged).toEqual([workflowId]);
});
