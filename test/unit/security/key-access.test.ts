import {
  keyAccess,
  keyHolders,
  purposesFor,
  purposesOf,
} from '../../../platform/security/keys/access';

const services = ['orders', 'payments'];

test.each([
  ['orders', ['store.orders', 'events.orders', 'temporal', 'grants']],
  ['payments', ['store.payments', 'events.payments', 'temporal', 'grants']],
  ['gateway', ['read-models', 'cache', 'temporal', 'grants']],
  [
    'auditor',
    [
      ...['store.orders', 'store.payments', 'store.sagas', 'read-models', 'audit'],
      ...['events.orders', 'events.payments', 'events.sagas'],
    ],
  ],
  ['projector', ['events.orders', 'events.payments', 'events.sagas', 'read-models', 'letters']],
])('%s gets the keys that the table gives it, and no others', (peer, expected) => {
  expect([...purposesFor(peer, services)].sort()).toEqual([...expected].sort());
});

test.each(['', 'inventory', 'participant', 'admin', 'keys', 'prometheus', 'toString', '__proto__'])(
  'a process that is not in the table gets nothing: "%s"',
  (peer) => {
    expect(purposesFor(peer, services)).toEqual([]);
  },
);

test('every entry of the table is a purpose there is', () => {
  const rows = { ...keyAccess, orders: keyAccess.participant };
  for (const [peer, row] of Object.entries(rows)) {
    for (const entry of row) {
      const text = entry.replace('<own>', 'orders');
      const wanted = text.endsWith('.*') ? text.slice(0, -1) : text;
      const found = purposesOf(services).filter((purpose) => purpose.startsWith(wanted));
      expect([peer, entry, found.length > 0]).toEqual([peer, entry, true]);
    }
  }
  expect(keyHolders(services)).toEqual([
    ...['orders', 'payments', 'orchestrator', 'projector', 'gateway', 'auditor'],
  ]);
});
