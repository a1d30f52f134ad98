import { serviceNames } from '../../../activities/list';
import { instancesOf, parseInstances, processOf } from '../../../cli/up/instances';

const refused = (text: string): unknown => {
  try {
    return parseInstances(text);
  } catch (error) {
    return error;
  }
};

describe('--instances', () => {
  test('takes several pairs, by commas or one after the other; the later number of a process wins', () => {
    const first = parseInstances('payments=3, gateway=2');
    expect(parseInstances('payments=2', first)).toEqual({ payments: 2, gateway: 2 });
  });

  test('names each instance: the first one as its process', () => {
    expect(instancesOf({ payments: 3 })).toEqual([
      ...['keys', 'orchestrator', 'orders', 'payments', 'payments-2', 'payments-3'],
      ...serviceNames.slice(2),
      ...['projector', 'auditor', 'gateway'],
    ]);
  });

  test.each([
    ['payments', 'there can be 1 to 4 of payments'],
    ['payments=', 'there can be 1 to 4 of payments'],
    ['payments=0', 'there can be 1 to 4 of payments'],
    ['payments=5', 'there can be 1 to 4 of payments'],
    ['payments=2e0', 'there can be 1 to 4 of payments'],
    ['payments=2=2', 'there can be 1 to 4 of payments'],
    ['keys=2', 'there is one keys only'],
    ['auditor=2', 'there is one auditor only'],
    ['kafka=3', '"kafka" is no process of ours'],
    ['', '"" is no process of ours'],
    ['gateway=2,', '"" is no process of ours'],
  ])('%s is refused with what would be right', (text, cause) => {
    expect(refused(text)).toMatchObject({
      code: 'INSTANCES_INVALID',
      exitCode: 2,
      message: expect.stringContaining(cause) as string,
      fix: expect.stringContaining('payments=3,gateway=2') as string,
    });
  });

  test.each([
    ['payments', 'payments'],
    ['payments-4', 'payments'],
    ['payments-1', undefined],
    ['payments-5', undefined],
    ['keys-2', undefined],
    ['kafka-2', undefined],
  ])('%s is an instance of %s', (name, process) => {
    expect(processOf(name)).toBe(process);
  });
});
