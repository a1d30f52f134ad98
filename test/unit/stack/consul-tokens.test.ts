import { consulTokenOf, rulesOf, tokenHolders } from '../../../stack/servers/consul/tokens';

const writes = (holder: string): string[] =>
  [...rulesOf(holder).matchAll(/^(service\w* "[^"]*") \{ policy = "write" \}$/gm)].map(
    ([, rule = '']) => rule,
  );

test('a token writes the one name its process serves under, in every instance, and no other', () => {
  expect(writes('payments')).toEqual(['service "payments"', 'service_prefix "payments-"']);
  expect(writes('orchestrator')).toEqual(['service "sagas"', 'service_prefix "sagas-"']);
  expect(writes('admin')).toEqual([]);
});

test('who looks for others reads them, and nobody else does', () => {
  const readers = tokenHolders.filter((holder) =>
    rulesOf(holder).includes('service_prefix "" { policy = "read" }'),
  );
  expect(readers).toEqual(['admin', 'gateway', 'orchestrator']);
});

test('each process has a token of its own, and one that registers nothing has none', () => {
  const tokenOf = consulTokenOf((name) => name);
  expect(new Set(tokenHolders.map(tokenOf)).size).toBe(tokenHolders.length);
  expect(tokenOf('auditor')).toBe('');
  expect(tokenOf('prometheus')).toBe('');
});
