import { defaultPayloadConverter } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { readSent, sagaHistories } from '../../../platform/restore/histories';
import { readHistories } from '../../saga/corpus/histories';

type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

const decode = async (payloads: readonly Payload[] | null | undefined) =>
  (payloads ?? []).map((payload) => defaultPayloadConverter.fromPayload(payload));

const recorded = readHistories();
async function sentIn(name: string, service: string) {
  const found = recorded.find((one) => one.name === name);
  const events = (found?.history as { events?: Parameters<typeof readSent>[0] }).events ?? [];
  const sent = await readSent(events, service, decode);
  return sent.map(({ message, answer }) => [message.kind, message.command, answer?.answer]);
}

test('a recorded saga says what each service was sent, and what the saga was told', async () => {
  expect(await sentIn('place-order.completed', 'payments')).toEqual([
    ['forward', 'authorize', 'done'],
    ['forward', 'capture', 'done'],
  ]);
  expect(await sentIn('place-order.completed', 'nobody')).toEqual([]);
});

test('a refusal and an undo are read as such', async () => {
  const names = recorded.map(({ name }) => name).filter((name) => name.startsWith('place-order.'));
  const all = (await Promise.all(names.map((name) => sentIn(name, 'payments')))).flat();
  const answers = new Set(all.map(([kind, , answer]) => `${kind} ${answer}`));
  for (const seen of ['forward done', 'forward refused', 'undo undone']) {
    expect(answers).toContain(seen);
  }
});

test('only the sagas of the own instance are asked: a namespace may serve others too', async () => {
  const asked: string[] = [];
  const list = async function* ({ query }: { query: string }) {
    asked.push(query);
  };
  const client = { workflow: { list } } as unknown as Client;
  const clients = { looking: client, reading: client };
  const since = new Date('2026-01-02T03:04:05Z');
  const histories = sagaHistories(clients, { name: 'orders', instance: '-blue' }, since);
  expect(await histories.next()).toMatchObject({ done: true });
  expect(asked).toEqual([
    'TaskQueue = "sagas-blue" AND (ExecutionStatus = "Running" OR CloseTime > "2026-01-02T03:04:05.000Z")',
  ]);
});
