import { schemaDiffs } from '../../../platform/contracts/diff';
import { schemaCommand } from '../../../cli/schema/command';

async function told(...words: string[]): Promise<string> {
  const written: string[] = [];
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    await schemaCommand().parseAsync(['node', 'schema', ...words]);
  } finally {
    spy.mockRestore();
  }
  return written.join('');
}

test('what a version adds is told with what it may be', async () => {
  const text = 'optional {"maxLength":64,"minLength":1,"type":"string"}';
  expect(schemaDiffs('payment.authorized')).toEqual([
    {
      ...{ kind: 'events', name: 'payment.authorized', from: '1.0', to: '1.1' },
      changes: [{ member: '/providerRef', is: text }],
    },
  ]);
  expect(await told('diff', 'payment.authorized')).toBe(
    `events payment.authorized 1.0 → 1.1\n  + /providerRef ${text}\n`,
  );
});

test('each step of an event with several versions is told, as JSON too', async () => {
  const { diffs } = JSON.parse(await told('diff', 'saga.finished', '--json')) as {
    diffs: { from: string; to: string }[];
  };
  expect(diffs.map(({ from, to }) => `${from} ${to}`)).toEqual(['1.0 1.1', '1.1 1.2']);
});

test('of a command input, result and refusals are compared', () => {
  const [diff] = schemaDiffs('sagas.run-child') ?? [];
  expect(diff).toMatchObject({ kind: 'commands', from: '1.0', to: '1.1' });
  expect(diff?.changes.map(({ member }) => member)).toContain('/input/family');
});

test('one version only has no difference, and a name nobody knows is an error', async () => {
  expect(await told('diff', 'order.confirmed')).toBe('There is one version only.\n');
  await expect(told('diff', 'order.vanished')).rejects.toMatchObject({ code: 'SCHEMA_UNKNOWN' });
});
