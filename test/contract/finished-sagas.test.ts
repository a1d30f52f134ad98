import { loadSchemas } from '../../platform/event-log/schema-registry';
import type { StepMessage } from '../../platform/kernel/step';
import type { ServiceStore } from '../../platform/outbox/ports';
import { createParticipant } from '../../platform/participant/handle';
import { countBegunBefore } from '../../platform/saga/journal/begun-before';
import { journal } from '../../platform/saga/journal/contract';
import { sagasJournal } from '../../platform/saga/journal/hosted';
import { openSagasOf } from '../../platform/saga/journal/open-sagas';
import { journalService } from '../../platform/saga/journal/service';
import type { JournalState } from '../../platform/saga/journal/state';
import { freshInstance } from '../support/stores';
import { testKeys } from '../support/test-keys';
import { configFor } from '../support/world';

describe('what the journal tells the sweeper', () => {
  const config = configFor('orchestrator', freshInstance());
  const store = sagasJournal.openStore(config, testKeys) as ServiceStore<JournalState>;
  const sagas = openSagasOf(config, testKeys.vault('store.sagas'));
  const participant = createParticipant({
    ...{ definition: journalService, store, schemas: loadSchemas() },
    ...{ clock: () => new Date('2030-01-01T00:00:00Z'), partitions: 3 },
  });
  const of = (name: string) => ({ sagaId: `${name}/run`, saga: 'place-order', workflowId: name });
  const write = (name: string, record: { command: string; input: StepMessage['input'] }) =>
    participant.handle({
      ...{ sagaId: `${name}/run`, step: `saga.${record.command}`, kind: 'forward', epoch: 0 },
      ...{ run: 'run', saga: 'place-order', correlationId: name, owner: 'o' },
      ...{ command: record.command, input: record.input },
    });
  const step = (service: string) => ({
    ...({ name: service, kind: 'compensatable', participant: service, command: 'do' } as const),
    ...({ status: 'done', epoch: 0, startedAt: '2030-01-01T00:00:00.000Z' } as const),
  });

  beforeAll(async () => {
    await store.migrate();
    await sagas.prepare();
    await sagas.prepare();
    for (const name of ['c', 'a', 'b', 'open']) {
      const start = { businessKey: name, owner: 'o', requestHash: 'h', input: {} };
      const deadlineAt = '2030-01-01T00:15:00.000Z';
      const written = await write(name, journal.started({ ...of(name), ...start, deadlineAt }));
      expect(written.answer).toBe('done');
    }
    for (const name of ['b', 'c', 'a']) {
      const steps = [step('payments'), step('orders'), step('payments')];
      await write(name, journal.finished({ ...of(name), outcome: 'completed', steps }));
    }
  });
  afterAll(async () => {
    await store.close();
    await sagas.close();
  });
  const page = (after: string, limitMax: number, finishedBefore = new Date(Date.now() + 60_000)) =>
    sagas.finished({ after, finishedBefore, limitMax });

  test('names finished sagas with their participants, in the order of finishing, page by page', async () => {
    const first = await page('', 2);
    expect(first.map(({ sagaId }) => sagaId)).toEqual(['b/run', 'c/run']);
    expect(first[0]?.participants).toEqual(['orders', 'payments']);
    const rest = await page(first[1]!.position, 2);
    expect(rest.map(({ sagaId }) => sagaId)).toEqual(['a/run']);
    expect(await page(rest[0]!.position, 2)).toEqual([]);
  });

  test('leaves out what finished too recently', async () => {
    expect(await page('', 10, new Date(Date.now() - 60 * 60_000))).toEqual([]);
  });

  test('lists as open what has no terminal record, and nothing else', async () => {
    const open = await sagas.open({ after: '', limitMax: 10 });
    expect(open).toEqual([{ ...of('open'), status: 'started' }]);
    expect([await sagas.isOpen('open'), await sagas.isOpen('a')]).toEqual([true, false]);
  });

  test('counts what began before a moment and has not ended', async () => {
    const hourMs = 3_600_000;
    const soon = new Date(Date.now() + hourMs);
    expect(await countBegunBefore(config, soon)).toBe(1);
    expect(await countBegunBefore(config, new Date(Date.now() - hourMs))).toBe(0);
    // Where no journal was ever kept, nothing has begun.
    expect(await countBegunBefore(configFor('orchestrator', freshInstance()), soon)).toBe(0);
  });
});
