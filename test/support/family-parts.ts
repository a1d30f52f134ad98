import { withEvent } from '../../platform/audit/family';
import { firstMark } from '../../platform/audit/ledger/port';
import type { Ledger } from '../../platform/audit/ledger/port';
import type { LogEvent } from '../../platform/event-log/envelope';
import { aLogEvent } from './log-events';

const workflowId = 'place-order:parts';
const sagaId = `${workflowId}/run`;
const names = { sagaId, saga: 'place-order', workflowId };

/** Three services take an event of one family each, all of them before any has written. */
export async function expectFamilyParts(ledger: Ledger): Promise<void> {
  const told = { correlationId: workflowId, sagaId };
  const finished = { ...names, outcome: 'completed' };
  const events = [
    aLogEvent({ ...told, service: 'sagas', type: 'saga.finished', data: finished }),
    aLogEvent({ ...told, service: 'billing', type: 'payment.captured' }),
    aLogEvent({ ...told, service: 'shipping', type: 'stock.shipped' }),
  ];
  const known = await Promise.all(events.map((event) => partOf(ledger, event)));
  for (const [index, event] of events.entries()) {
    const { service } = event;
    const families = [withEvent(known[index], event, workflowId)];
    await ledger.commit({ service, mark: firstMark, families });
  }
  const [family, ...others] = await ledger.endedFamilies(10);
  expect(others).toEqual([]);
  expect(family).toMatchObject({ workflowId, outcome: 'completed' });
  expect(family?.events.map(({ type }) => type)).toEqual(['payment.captured', 'stock.shipped']);

  await ledger.commit({ service: 'sagas', mark: firstMark, judged: [workflowId] });
  expect(await ledger.endedFamilies(10)).toEqual([]);
  for (const event of events) expect(await partOf(ledger, event)).toBeUndefined();
}

async function partOf(ledger: Ledger, { service }: Pick<LogEvent, 'service'>) {
  return (await ledger.families(service, [workflowId])).get(workflowId);
}
