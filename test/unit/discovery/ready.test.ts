import { servicesKnown } from '../../../platform/discovery/ready';

/** What Consul said of each service: it is well, it is not, or nothing yet. */
const resolverOf = (said: Readonly<Record<string, boolean | undefined>>) => ({
  isNamed: async (service: string) => said[service] === true,
  ageMs: (service: string) => (said[service] === undefined ? undefined : 5),
});
const known = (said: Readonly<Record<string, boolean | undefined>>) =>
  servicesKnown(resolverOf(said), Object.keys(said));

test('one service that is away keeps nobody from beginning', async () => {
  await expect(known({ orders: true, payments: false })).resolves.toBeUndefined();
});

test('who has not heard about one of them waits', async () => {
  await expect(known({ orders: true, payments: undefined })).rejects.toThrow('payments');
});

test('who knows nobody waits', async () => {
  await expect(known({ orders: false, payments: false })).rejects.toThrow('no instance');
});
